/*-------------------------------------------------------------------------
 *
 * authority_fuzz.c
 *	  klout_authority on any small graph: against plain power iteration, and
 *	  to the bit against itself with the edges in another order.
 *
 * Input: damping, number of people, kind of weights, ids as text or not; then
 * edges of three bytes or more.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "authority/solve.h"
#include "blocks.h"

#define PEOPLE_MAX		64
#define EDGES_MAX		1000

typedef struct Edge
{
	int			actor;
	int			target;
	double		weight;
} Edge;

static Edge edges_in[EDGES_MAX];

static void
fuzz_refuse(KloutMemory *memory, size_t needed)
{
	fuzz_fail(__FILE__, __LINE__, "enough memory");
}

static void
fuzz_interrupts(void)
{
}

/* ----------
 * klout's way
 * ----------
 */

static int64
id_of(int person)
{
	return (int64) ((uint64) person * UINT64CONST(0x9E3779B97F4A7C15));
}

static int
person_of(int64 id)
{
	for (int person = 0; person < PEOPLE_MAX; person++)
		if (id_of(person) == id)
			return person;
	fuzz_fail(__FILE__, __LINE__, "an id that was given");
	return -1;
}

/* False when sums of weights are beyond a double.  -1: not in the graph. */
static bool
authority(int n, int step, bool bytes, const KloutSolveOptions *options,
		  double *result, KloutSolveResult *solved)
{
	KloutMemory memory = memory_of((size_t) 1 << 30, fuzz_refuse, fuzz_interrupts);
	KloutIds	ids;
	KloutEdges	edges;
	KloutGraph	graph;
	KloutSell	sell;
	KloutSolve *solve;
	uint32		culprit = KLOUT_INVALID_VERTEX;
	void	   *entries;
	void	   *space;
	double	   *mass;
	double	   *flow;
	size_t		bound;

	for (int person = 0; person < PEOPLE_MAX; person++)
		result[person] = -1;
	klout_ids_init(&ids, &memory, bytes, (uint64) step);
	klout_edges_init(&edges, &memory);
	/* step 1: as they came; -1: backwards */
	for (int i = step > 0 ? 0 : n - 1; i >= 0 && i < n; i += step)
	{
		const Edge *edge = &edges_in[i];
		uint32		number[2];

		if (bytes)
		{
			char		name[16];

			snprintf(name, sizeof(name), "%d", edge->actor);
			number[0] = klout_ids_of_end(&ids, name, strlen(name), KLOUT_ACTOR);
			snprintf(name, sizeof(name), "%d", edge->target);
			number[1] = klout_ids_of_end(&ids, name, strlen(name), KLOUT_TARGET);
		}
		else
		{
			int64		id[2] = {id_of(edge->actor), id_of(edge->target)};

			klout_ids_of_edges(&ids, id, 1, number);
		}
		klout_edges_add(&edges, number, &edge->weight, 1);
	}
	bound = memory.used + klout_graph_needs(ids.n, edges.n, edges.kind, 0);
	klout_ids_close(&ids, &memory);
	if (klout_graph_build(&graph, &ids, &edges, &culprit) != NULL)
	{
		require(culprit < ids.n);
		/* the owner frees all memory then */
		release_all();
		return false;
	}

	mass = KLOUT_ALLOC(&memory, double, graph.n);
	flow = KLOUT_ALLOC(&memory, double, graph.n);
	for (uint32 i = 0; i < graph.n; i++)
		mass[i] = 1.0 / graph.n;
	klout_sell_init(&sell, &graph, options->damping, mass, flow);
	entries = klout_alloc(&memory, sell.at.size, 1);
	klout_sell_copy(&sell, entries);
	klout_graph_keep_downstream(&graph);
	space = klout_alloc(&memory, klout_solve_size(&sell), 1);
	solve = klout_solve_init(&sell, options, space, NULL);
	if (step > 0)
		klout_solve_alone(solve, entries, fuzz_interrupts);
	else
		while (!klout_solve_done(solve))
		{
			for (uint32 task = klout_solve_tasks(solve); task-- > 0;)
				klout_solve_task(solve, entries, task);
			klout_solve_end_phase(solve);
		}
	klout_solve_finish(&sell, solve, solved);
	klout_sell_free(&sell);
	klout_free(&memory, entries);
	klout_free(&memory, space);

	for (uint32 i = 0; i < ids.n; i++)
	{
		int			person;

		if (bytes)
		{
			char		name[16] = {0};

			memcpy(name, ids.data + ids.offset[i], (size_t) (ids.offset[i + 1] - ids.offset[i]));
			person = atoi(name);
		}
		else
			person = person_of(ids.id[i]);
		result[person] = mass[graph.vertex[i]];
	}
	klout_free(&memory, mass);
	klout_free(&memory, flow);
	free_graph(&graph);
	free_ids(&ids);
	klout_edges_free(&edges);
	require(memory.used == 0);
	require(memory.peak <= bound);
	return true;
}

/* ----------
 * The plain way
 * ----------
 */

static void
iterate(int n, double damping, const double *present, double *result)
{
	double		next[PEOPLE_MAX];
	double		leaving[PEOPLE_MAX] = {0};
	int			count = 0;

	for (int i = 0; i < n; i++)
		leaving[edges_in[i].actor] += edges_in[i].weight;
	for (int p = 0; p < PEOPLE_MAX; p++)
		count += present[p] >= 0;
	for (int p = 0; p < PEOPLE_MAX; p++)
		result[p] = present[p] >= 0 ? 1.0 / count : 0;
	for (int pass = 0; pass < 3000; pass++)
	{
		double		dangling = 0;
		double		change = 0;

		for (int p = 0; p < PEOPLE_MAX; p++)
			if (leaving[p] == 0)
				dangling += result[p];
		for (int p = 0; p < PEOPLE_MAX; p++)
			next[p] = present[p] >= 0 ? (1 - damping + damping * dangling) / count : 0;
		for (int i = 0; i < n; i++)
			next[edges_in[i].target] += damping * result[edges_in[i].actor] *
				(edges_in[i].weight / leaving[edges_in[i].actor]);
		for (int p = 0; p < PEOPLE_MAX; p++)
		{
			change += fabs(next[p] - result[p]);
			result[p] = next[p];
		}
		if (change < 1e-14)
			break;
	}
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	KloutSolveOptions options = {0, 1e-9, 2000, false};
	KloutSolveResult solved;
	KloutSolveResult again;
	double		result[PEOPLE_MAX];
	double		other[PEOPLE_MAX];
	int			people;
	int			weights;
	bool		bytes;
	double		sum = 0;
	double		heaviest = 0;
	double		lightest = INFINITY;
	int			n = 0;

	options.damping = (double) input_below(&input, 100) / 100;
	people = 2 + input_below(&input, PEOPLE_MAX - 1);
	weights = input_u8(&input);
	bytes = (weights & 4) != 0;
	options.plain = (weights & 8) != 0;
	while (input.left > 0 && n < EDGES_MAX)
	{
		Edge	   *edge = &edges_in[n];

		edge->actor = input_below(&input, people);
		edge->target = input_below(&input, people);
		switch (weights & 3)
		{
			case 0:
				edge->weight = 1;
				break;
			case 1:
				edge->weight = 1 + input_u8(&input);
				break;
			default:
				edge->weight = fabs(input_double(&input));
				break;
		}
		/* as the loader demands */
		if (edge->actor != edge->target && edge->weight > 0 && isfinite(edge->weight))
		{
			heaviest = fmax(heaviest, edge->weight);
			lightest = fmin(lightest, edge->weight);
			n++;
		}
	}

	if (n == 0 || !authority(n, 1, bytes, &options, result, &solved))
		return;
	for (int p = 0; p < PEOPLE_MAX; p++)
		if (result[p] >= 0)
			sum += result[p];
		else
			require(result[p] == -1);
	require(fabs(sum - 1) <= 1e-9);
	require(solved.error_bound >= 0 && solved.converged == (solved.error_bound <= options.tolerance));

	/* the order of edges and of tasks does not matter, to the bit */
	if (!authority(n, -1, bytes, &options, other, &again))
	{
		/* sums that are at the end of the range may round either way */
		require(heaviest > 1e300);
		return;
	}
	if ((weights & 3) < 2)
		require(memcmp(result, other, sizeof(result)) == 0 &&
				solved.iterations == again.iterations);

	if (solved.converged && options.damping < 0.95 && lightest > 1e-150 && heaviest < 1e150)
	{
		double		distance = 0;

		iterate(n, options.damping, result, other);
		for (int p = 0; p < PEOPLE_MAX; p++)
			distance += fabs(fmax(result[p], 0) - other[p]);
		require(distance <= 1e-8);
	}
}
