/*-------------------------------------------------------------------------
 *
 * authority_test.c
 *	  The graph and the iteration without a server: against plain power
 *	  iteration over a list of edges, to the bit where bits are promised.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <math.h>
#include <setjmp.h>

#include "authority/solve.h"
#include "blocks.h"

#define PEOPLE_MAX	3000
#define ROWS_MAX	40000
#define HELPERS_MAX	4

typedef struct Row
{
	int64		actor;
	int64		target;
	double		weight;
} Row;

typedef enum Order
{
	FORWARD,
	BACKWARD
} Order;

typedef struct Run
{
	Order		order;			/* of tasks */
	KloutSolveOptions options;
	const double *restart;		/* by person, or NULL */
	const double *warm;
	bool		bytes;			/* ids as text */
	int			helpers;		/* that load a part */
	KloutSolveResult result;
	uint32		upstream;
	uint32		downstream;
	uint64		edges;
	double		authority[PEOPLE_MAX];	/* by person, -1 for nobody */
	const char *problem;
	int64		culprit;
	bool		within_bound;	/* no more memory than klout_graph_needs said */
} Run;

static Row	rows[ROWS_MAX];
static Run	one;
static Run	two;
static double expected[PEOPLE_MAX];
static jmp_buf refused;
static size_t refused_bytes;
static uint64 looks;

static double
random_double(void)
{
	return (double) (random_u64() >> 11) / 9007199254740992.0;
}

/* ----------
 * Refusals and interrupts
 * ----------
 */

static void
test_refuse(KloutMemory *memory, size_t needed)
{
	(void) memory;
	refused_bytes = needed;
	longjmp(refused, 1);
}

static void
test_interrupts(void)
{
	looks++;
}

/* ----------
 * Both ways to the result
 * ----------
 */

/* Turns 0, 1, 2, ... into ids in another order. */
static int64
id_of(int64 person)
{
	return (int64) ((uint64) person * UINT64CONST(0x9E3779B97F4A7C15));
}

static uint32
number_of_text(KloutIds *ids, int64 id, KloutEnd end)
{
	char text[	64];
	int			len = snprintf(text, sizeof(text), "the person %lld",
							   (long long) id);

	return klout_ids_of_end(ids, text, (size_t) len, end);
}

static void
load(KloutIds *ids, KloutEdges *edges, int from, int n, bool bytes)
{
	int64		id[2 * KLOUT_IDS_BATCH];
	uint32		number[2 * KLOUT_IDS_BATCH];
	double		weight[KLOUT_IDS_BATCH];
	int			batched = 0;

	for (int i = from; i < n; i++)
	{
		if (rows[i].actor != rows[i].target)
		{
			id[2 * batched] = rows[i].actor;
			id[2 * batched + 1] = rows[i].target;
			weight[batched++] = rows[i].weight;
		}
		if (batched < KLOUT_IDS_BATCH && i < n - 1)
			continue;
		if (bytes)
			for (int end = 0; end < 2 * batched; end++)
				number[end] = number_of_text(ids, id[end], end % 2);
		else
			klout_ids_of_edges(ids, id, batched, number);
		klout_edges_add(edges, number, weight, batched);
		batched = 0;
	}
}

/* Other processes that load a part of the rows. */
static KloutMemory theirs[HELPERS_MAX];

static size_t
used_by_others(KloutMemory *memory)
{
	size_t		used = 0;

	(void) memory;
	for (int i = 0; i < HELPERS_MAX; i++)
		used += theirs[i].used;
	return used;
}

/* Another process loads some rows and hands them over. */
static void
adopt(KloutIds *ids, KloutEdges *edges, KloutMemory *memory, int from, int n,
	  bool bytes)
{
	KloutIds	their_ids;
	KloutEdges	their_edges;
	KloutEdgeChunk *next;
	uint32	   *number;

	*memory = memory_of(SIZE_MAX / 2, test_refuse, test_interrupts);
	klout_ids_init(&their_ids, memory, bytes, (uint64) from);
	klout_edges_init(&their_edges, memory);
	load(&their_ids, &their_edges, from, n, bytes);
	klout_ids_close(&their_ids, memory);
	number = KLOUT_ALLOC(edges->memory, uint32, their_ids.n);
	klout_ids_merge(ids, &their_ids, number);
	free_ids(&their_ids);
	for (KloutEdgeChunk *chunk = their_edges.first; chunk != NULL; chunk = next)
	{
		next = chunk->next;
		klout_edges_adopt(edges, chunk, memory, number);
	}
	klout_free(edges->memory, number);
}

/* klout's way.  Persons are 0 up to people - 1, as in rows. */
static bool
run(Run *this, int n, int people, size_t limit)
{
	KloutMemory memory = memory_of(limit, test_refuse, test_interrupts);
	KloutIds	ids;
	KloutEdges	edges;
	KloutGraph	graph;
	KloutSell	sell;
	KloutSolve *solve;
	void	   *entries;
	void	   *space;
	double	   *mass;
	double	   *flow;
	double	   *warm = NULL;
	uint32		culprit = KLOUT_INVALID_VERTEX;
	size_t		bound;

	for (int i = 0; i < people; i++)
		this->authority[i] = -1;
	memset(theirs, 0, sizeof(theirs));
	memory.others = used_by_others;
	klout_ids_init(&ids, &memory, this->bytes, 42);
	klout_edges_init(&edges, &memory);
	load(&ids, &edges, 0, n / (this->helpers + 1), this->bytes);
	for (int i = 1; i <= this->helpers; i++)
		adopt(&ids, &edges, &theirs[i - 1], n / (this->helpers + 1) * i,
			  i == this->helpers ? n : n / (this->helpers + 1) * (i + 1),
			  this->bytes);
	bound = memory.used + used_by_others(&memory) +
		klout_graph_needs(ids.n, edges.n, edges.kind, 0);
	klout_ids_close(&ids, &memory);
	this->problem = klout_graph_build(&graph, &ids, &edges, &culprit);
	if (this->problem != NULL)
	{
		this->culprit = ids.id[culprit];
		return false;
	}
	this->upstream = graph.upstream;
	this->downstream = graph.downstream;
	this->edges = graph.edges;

	mass = KLOUT_ALLOC(&memory, double, graph.n);
	flow = KLOUT_ALLOC(&memory, double, graph.n);
	if (this->warm)
		warm = KLOUT_ALLOC(&memory, double, graph.n);
	for (uint32 i = 0; i < ids.n; i++)
	{
		int64		person = this->bytes ? 0 : ids.id[i];

		mass[graph.vertex[i]] = this->restart ? this->restart[person] : 1.0 / ids.n;
		if (warm)
			warm[graph.vertex[i]] = this->warm[person];
	}
	klout_sell_init(&sell, &graph, this->options.damping, mass, flow);
	entries = klout_alloc(&memory, sell.at.size, 1);
	klout_sell_copy(&sell, entries);
	klout_graph_keep_downstream(&graph);
	space = klout_alloc(&memory, klout_solve_size(&sell), 1);
	solve = klout_solve_init(&sell, &this->options, space, warm);
	if (this->order == FORWARD)
		klout_solve_alone(solve, entries, test_interrupts);
	else
		while (!klout_solve_done(solve))
		{
			for (uint32 task = klout_solve_tasks(solve); task-- > 0;)
				klout_solve_task(solve, entries, task);
			klout_solve_end_phase(solve);
		}
	klout_solve_finish(&sell, solve, &this->result);
	klout_sell_free(&sell);
	klout_free(&memory, entries);
	klout_free(&memory, space);

	for (uint32 i = 0; i < ids.n; i++)
	{
		int64		person;

		if (this->bytes)
		{
			char text[	64] = {0};

			memcpy(text, ids.data + ids.offset[i],
				   (size_t) (ids.offset[i + 1] - ids.offset[i]));
			person = atoll(text +strlen("the person "));
		}
		else
			person = ids.id[i];
		if (person >= 0 && person < people)
			this->authority[person] = mass[graph.vertex[i]];
		else
			for (int p = 0; p < people; p++)
				if (id_of(p) == person)
					this->authority[p] = mass[graph.vertex[i]];
	}
	klout_free(&memory, mass);
	klout_free(&memory, flow);
	klout_free(&memory, warm);
	free_graph(&graph);
	free_ids(&ids);
	klout_edges_free(&edges);
	if (memory.used != 0)
		printf("# %zu bytes are left\n", memory.used);
	this->within_bound = memory.peak <= bound;
	return memory.used == 0 && used_by_others(&memory) == 0;
}

/* The plain way: power iteration of the whole, dangling mass to the restart. */
static void
iterate_plainly(int n, int people, double damping, const double *restart)
{
	static double next[PEOPLE_MAX];
	static double leaving[PEOPLE_MAX];
	static double v[PEOPLE_MAX];
	static bool present[PEOPLE_MAX];
	int			count = 0;

	memset(leaving, 0, sizeof(leaving));
	memset(present, 0, sizeof(present));
	for (int i = 0; i < n; i++)
		if (rows[i].actor != rows[i].target)
		{
			leaving[rows[i].actor] += rows[i].weight;
			present[rows[i].actor] = present[rows[i].target] = true;
		}
	for (int p = 0; p < people; p++)
		count += present[p];
	for (int p = 0; p < people; p++)
	{
		v[p] = restart ? restart[p] : present[p] ? 1.0 / count : 0;
		expected[p] = v[p];
	}
	for (int pass = 0; pass < 20000; pass++)
	{
		double		dangling = 0;
		double		change = 0;

		for (int p = 0; p < people; p++)
			if (leaving[p] == 0)
				dangling += expected[p];
		for (int p = 0; p < people; p++)
			next[p] = (1 - damping + damping * dangling) * v[p];
		for (int i = 0; i < n; i++)
			if (rows[i].actor != rows[i].target)
				next[rows[i].target] += damping * expected[rows[i].actor] *
					(rows[i].weight / leaving[rows[i].actor]);
		for (int p = 0; p < people; p++)
		{
			change += fabs(next[p] - expected[p]);
			expected[p] = next[p];
		}
		if (change < 1e-15)
			break;
	}
}

static double
distance(const double *a, const double *b, int people)
{
	double		sum = 0;

	for (int p = 0; p < people; p++)
		sum += fabs(Max(a[p], 0) - Max(b[p], 0));
	return sum;
}

static double
total(const double *a, int people)
{
	double		sum = 0;

	for (int p = 0; p < people; p++)
		sum += Max(a[p], 0);
	return sum;
}

static bool
same_bits(const double *a, const double *b, int people)
{
	return memcmp(a, b, (size_t) people * sizeof(double)) == 0;
}

static const KloutSolveOptions defaults = {0.85, 1e-12, 1000, false};

/* Rows where few people get most. */
static void
random_rows(int n, int people, int weights)
{
	for (int i = 0; i < n; i++)
	{
		double		u = random_double();

		rows[i].actor = (int64) random_below(people);
		rows[i].target = (int64) (u * u * u * people);
		rows[i].weight = weights == 0 ? 1 :
			weights == 1 ? (double) (1 + random_below(8)) :
			weights == 2 ? random_double() + 0.001 :
			pow(10, 12 * random_double() - 6);
	}
}

static void
shuffle_rows(int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int			j = random_below(i + 1);
		Row			row = rows[i];

		rows[i] = rows[j];
		rows[j] = row;
	}
}

static void
check_plain(const char *name, int n, int people)
{
	char		title[200];
	bool		clean;

	memset(&one, 0, sizeof(one));
	one.options = defaults;
	clean = run(&one, n, people, SIZE_MAX / 2);
	iterate_plainly(n, people, 0.85, NULL);
	snprintf(title, sizeof(title), "%s: the result of plain power iteration", name);
	check(distance(one.authority, expected, people) < 1e-11 && one.result.converged, title);
	snprintf(title, sizeof(title), "%s: the sum is 1, the bound is kept, no memory is left", name);
	check(fabs(total(one.authority, people) - 1) < 1e-12 && clean &&
		  one.result.error_bound <= 1e-12, title);
}

static void
set_row(int i, int64 actor, int64 target, double weight)
{
	rows[i].actor = actor;
	rows[i].target = target;
	rows[i].weight = weight;
}

static void
test_small(void)
{
	/* a path: nothing to iterate */
	for (int i = 0; i < 9; i++)
		set_row(i, i, i + 1, 1);
	check_plain("path", 9, 10);
	check(one.upstream == 10 && one.result.iterations == 0, "a path is peeled");

	/* a ring, with people upstream and downstream */
	for (int i = 0; i < 10; i++)
		set_row(i, i, (i + 1) % 10, 1);
	check_plain("ring", 10, 10);
	check(one.upstream == 0 && one.downstream == 0 && one.result.core_vertices == 10,
		  "a ring is all core");
	set_row(10, 10, 3, 1);
	set_row(11, 5, 11, 1);
	set_row(12, 11, 12, 1);
	check_plain("ring with one upstream and two downstream", 13, 13);
	check(one.upstream == 1 && one.downstream == 2 && one.result.core_vertices == 10 &&
		  one.result.core_edges == 10 && one.edges == 13,
		  "one upstream and two downstream vertices are peeled");

	/*
	 * upstream leads upstream, to the core and downstream: few of the edges,
	 * or many
	 */
	for (int rest = 200; rest >= 20; rest -= 180)
	{
		for (int i = 0; i < rest; i++)
			set_row(i, i, (i + 1) % rest, 1 + i % 3);
		set_row(rest, rest, rest + 1, 1);
		set_row(rest + 1, rest, 7, 2);
		set_row(rest + 2, rest + 1, 7, 1);
		set_row(rest + 3, rest + 1, rest + 2, 4);
		set_row(rest + 4, 3, rest + 2, 1);
		set_row(rest + 5, rest, rest + 2, 1);
		check_plain(rest == 200 ? "few edges from upstream" : "many edges from upstream",
					rest + 6, rest + 3);
		check(one.upstream == 2 && one.downstream == 1 &&
			  one.result.core_edges == (uint64) rest, "the core is the ring");
	}

	/* what lies between two rings is core, too */
	set_row(0, 0, 1, 1);
	set_row(1, 1, 0, 1);
	set_row(2, 1, 2, 1);
	set_row(3, 2, 3, 1);
	set_row(4, 3, 4, 1);
	set_row(5, 4, 3, 1);
	check_plain("two rings with a bridge", 6, 5);
	check(one.result.core_vertices == 5, "a bridge between rings is core");

	for (int i = 0; i < 2000; i++)
		set_row(i, i + 1, 0, 1);
	check_plain("star inwards", 2000, 2001);
	for (int i = 0; i < 2000; i++)
	{
		set_row(2 * i, i + 1, 0, 1);
		set_row(2 * i + 1, 0, i + 1, (double) (1 + i % 3));
	}
	check_plain("star both ways", 4000, 2001);

	for (int i = 0; i < 900; i++)
		set_row(i, i / 30, i % 30, 1);
	check_plain("complete, with self edges", 900, 30);
	check(one.edges == 870 && fabs(one.authority[17] - 1.0 / 30) < 1e-15,
		  "complete: everybody has the same");

	set_row(0, 1, 2, 1);
	check_plain("one edge", 1, 3);
	check(fabs(one.authority[2] / one.authority[1] - 1.85) < 1e-14,
		  "one edge: 1 to 1.85");
}

static void
test_random(void)
{
	static const char *const names[] = {
		"weights 1", "small whole weights", "fractional weights",
		"weights over 12 orders of magnitude"
	};

	for (int weights = 0; weights < 4; weights++)
	{
		char		title[200];

		random_rows(20000, 2000, weights);
		check_plain(names[weights], 20000, 2000);
		check(one.result.core_edges > 0, "there is something to iterate");
		snprintf(title, sizeof(title), "%s: memory stays within the bound", names[weights]);
		check(one.within_bound, title);

		two = one;
		shuffle_rows(20000);
		run(&two, 20000, 2000, SIZE_MAX / 2);
		snprintf(title, sizeof(title), "%s: the order of rows changes no bit", names[weights]);
		check(same_bits(one.authority, two.authority, 2000), title);

		two = one;
		two.order = BACKWARD;
		run(&two, 20000, 2000, SIZE_MAX / 2);
		snprintf(title, sizeof(title), "%s: the order of tasks changes no bit", names[weights]);
		check(same_bits(one.authority, two.authority, 2000), title);

		two = one;
		two.options.plain = true;
		run(&two, 20000, 2000, SIZE_MAX / 2);
		snprintf(title, sizeof(title), "%s: the same without combinations, in no fewer iterations", names[weights]);
		check(distance(one.authority, two.authority, 2000) < 1e-11 &&
			  two.result.iterations >= one.result.iterations, title);

		for (int helpers = 1; helpers <= 4; helpers++)
		{
			two = one;
			two.helpers = helpers;
			snprintf(title, sizeof(title), "%s: %d processes that help to load change no bit", names[weights], helpers);
			check(run(&two, 20000, 2000, SIZE_MAX / 2) &&
				  same_bits(one.authority, two.authority, 2000) &&
				  two.edges == one.edges && two.within_bound, title);
		}
		two = one;
		two.bytes = true;
		two.helpers = weights % 2;
		run(&two, 20000, 2000, SIZE_MAX / 2);
		snprintf(title, sizeof(title), "%s: the same with ids of text", names[weights]);
		check(distance(one.authority, two.authority, 2000) < 1e-12, title);

		two = one;
		for (int i = 0; i < 20000; i++)
		{
			rows[i].actor = id_of(rows[i].actor);
			rows[i].target = id_of(rows[i].target);
		}
		run(&two, 20000, 2000, SIZE_MAX / 2);
		snprintf(title, sizeof(title), "%s: other ids change nothing but ids", names[weights]);
		check(distance(one.authority, two.authority, 2000) < 1e-12, title);
	}

	/* each pair many times */
	random_rows(30000, 40, 2);
	check_plain("repeated pairs", 30000, 40);
	check(one.edges <= 40 * 39, "repeated pairs are merged");
	two = one;
	shuffle_rows(30000);
	run(&two, 30000, 40, SIZE_MAX / 2);
	check(same_bits(one.authority, two.authority, 40), "repeated pairs: the order of rows changes no bit");

	/* float4 weights whose sum is none, after many sums that are */
	random_rows(20000, 1000, 1);
	set_row(20000, 998, 999, 16777216);
	set_row(20001, 998, 999, 1);
	check_plain("a sum that is no float4", 20002, 1000);
	two = one;
	shuffle_rows(20002);
	run(&two, 20002, 1000, SIZE_MAX / 2);
	check(same_bits(one.authority, two.authority, 1000), "a sum that is no float4: the order of rows changes no bit");
	two.helpers = 2;
	run(&two, 20002, 1000, SIZE_MAX / 2);
	check(same_bits(one.authority, two.authority, 1000), "a sum that is no float4: processes that help change no bit");
	random_rows(20000, 1000, 0);
	set_row(20000, 998, 999, 16777217);
	check_plain("one weight that is no float4", 20001, 1000);
}

static void
test_restart(void)
{
	static double restart[PEOPLE_MAX];
	double		damping[] = {0, 0.1, 0.5, 0.85, 0.95, 0.99};

	random_rows(20000, 2000, 1);
	for (int i = 0; i < 6; i++)
	{
		char		title[200];

		memset(&one, 0, sizeof(one));
		one.options = defaults;
		one.options.damping = damping[i];
		one.options.tolerance = 1e-11;
		run(&one, 20000, 2000, SIZE_MAX / 2);
		iterate_plainly(20000, 2000, damping[i], NULL);
		snprintf(title, sizeof(title), "damping %g: the result of plain power iteration", damping[i]);
		check(distance(one.authority, expected, 2000) < 1e-11 && one.result.converged, title);
	}

	memset(restart, 0, sizeof(restart));
	restart[rows[0].actor] += 0.25;
	restart[rows[1].target] += 0.75;
	one.options = defaults;
	one.restart = restart;
	run(&one, 20000, 2000, SIZE_MAX / 2);
	iterate_plainly(20000, 2000, 0.85, restart);
	check(distance(one.authority, expected, 2000) < 1e-11, "restart at two people");

	two = one;
	two.warm = one.authority;
	run(&two, 20000, 2000, SIZE_MAX / 2);
	check(distance(one.authority, two.authority, 2000) < 1e-12 &&
		  two.result.iterations < one.result.iterations, "a warm start takes fewer iterations");

	one.options.max_iterations = 3;
	run(&one, 20000, 2000, SIZE_MAX / 2);
	check(!one.result.converged && one.result.iterations == 3 &&
		  distance(one.authority, expected, 2000) <= one.result.error_bound,
		  "not converged: the error is within the bound");
	one.options.max_iterations = 1000;
	for (int i = 0; i < 10; i++)
	{
		one.options.tolerance = pow(10, -1 - i);
		run(&one, 20000, 2000, SIZE_MAX / 2);
		if (distance(one.authority, expected, 2000) > one.options.tolerance)
			break;
		if (i == 9)
			check(true, "the error is within every tolerance");
	}
}

/* Graphs that passes alone solve slowly, and vectors that are next to nothing. */
static void
test_hard(void)
{
	static double restart[PEOPLE_MAX];
	static double warm[PEOPLE_MAX];

	/* two halves that hardly know each other */
	random_rows(20000, 1000, 0);
	for (int i = 0; i < 20000; i++)
	{
		rows[i].actor = 2 * rows[i].actor + i % 2;
		rows[i].target = 2 * rows[i].target + (i % 1000 == 0 ? 1 - i % 2 : i % 2);
	}
	check_plain("two halves", 20000, 2000);
	two = one;
	two.options.plain = true;
	run(&two, 20000, 2000, SIZE_MAX / 2);
	check(distance(one.authority, two.authority, 2000) < 1e-11 &&
		  2 * one.result.iterations < two.result.iterations,
		  "two halves: combinations save more than half of the iterations");
	two = one;
	two.order = BACKWARD;
	run(&two, 20000, 2000, SIZE_MAX / 2);
	check(same_bits(one.authority, two.authority, 2000), "two halves: the order of tasks changes no bit");

	/* a ring with chords, where some combinations make it worse */
	for (int i = 0; i < 12; i++)
		set_row(i, i, (i + 1) % 12, 1);
	set_row(12, 4, 3, 1000);
	set_row(13, 1, 6, 0.001);
	one.options.damping = 0.999;
	one.options.tolerance = 1e-11;
	run(&one, 14, 12, SIZE_MAX / 2);
	iterate_plainly(14, 12, 0.999, NULL);
	check(one.result.converged && distance(one.authority, expected, 12) < 1e-11,
		  "a slow ring with chords: the result of plain power iteration");

	/* nothing, or next to nothing, starts where something flows back */
	for (int i = 0; i < 10; i++)
		set_row(i, i, (i + 1) % 10, 1);
	set_row(10, 5, 10, 1);
	one.options = defaults;
	for (int i = 0; i < 4; i++)
	{
		char		title[200];

		memset(restart, 0, sizeof(restart));
		restart[3] = i == 0 ? 0 : i == 1 ? 5e-324 : i == 2 ? 1e-300 : 1e-20;
		restart[10] = 1;
		memset(warm, 0, sizeof(warm));
		for (int p = 0; p < 11; p++)
			warm[p] = i % 2 ? 0.1 * p : 0;
		one.restart = restart;
		one.warm = warm;
		run(&one, 11, 11, SIZE_MAX / 2);
		iterate_plainly(11, 11, 0.85, restart);
		snprintf(title, sizeof(title), "a restart of %g in the core: the result of plain power iteration", restart[3]);
		check(one.result.converged && distance(one.authority, expected, 11) < 1e-11, title);
	}
}

static void
test_limits(void)
{
	volatile int refusals = 0;
	volatile bool enough = false;

	random_rows(20000, 2000, 2);
	memset(&one, 0, sizeof(one));
	one.options = defaults;
	for (volatile size_t limit = 100000; !enough; limit += 50000)
	{
		/* the owner frees what was allocated until then */
		if (setjmp(refused) == 0)
		{
			run(&one, 20000, 2000, limit);
			enough = true;
		}
		else
		{
			refusals++;
			release_all();
			if (refused_bytes <= limit)
				break;
		}
	}
	check(enough && refusals > 10, "memory is refused beyond any limit, with more than it");

	set_row(0, 7, 8, 1e308);
	set_row(1, 7, 9, 1e308);
	set_row(2, 8, 7, 1);
	memset(&one, 0, sizeof(one));
	one.options = defaults;
	run(&one, 3, 10, SIZE_MAX / 2);
	release_all();
	check(one.problem != NULL && one.culprit == 7, "weights beyond float8 name their actor");

	set_row(0, 0, 1, 5e-324);
	set_row(1, 0, 2, 1e-323);
	set_row(2, 1, 0, 1e308);
	set_row(3, 2, 0, 1e-300);
	check_plain("weights at both ends of float8", 4, 3);

	check(looks > 0, "interrupts are looked at");
}

int
main(void)
{
	random_begin(20260823);
	test_small();
	test_random();
	test_restart();
	test_hard();
	test_limits();
	return finish();
}
