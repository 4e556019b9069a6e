// The pages in a browser. A board with names to break pages with (fixture.sql) is made in a database of its
// own; what the pages show is compared with what SQL says, asked for in other ways than board.sql does.
//
// script/test report runs this; PGHOST, PGPORT and PGUSER name the server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import axe from "axe-core";
import { cells, openPage, report, rows, runFile, serve, startBrowser, top, value } from "./board.mjs";

const BOARD = "people & <co>";
const B = '"people & <co>"';
const DATABASE = "report_test";
const AS_OF = "2026-03-22 12:00+00";
const BEFORE = "2026-02-20 12:00+00";
const env = { PGDATABASE: DATABASE };
const sql = (text) => rows(text, env);
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const personHash = (person) => `#/person/${encodeURIComponent(person)}`;
const PAGES = ["#/", personHash("person 1"), "#/compare/person%201/person%202/person%207", "#/population", "#/candidates?who=person+1%0Aperson+300%0Anobody", "#/perks", "#/nosuchpage", personHash("nobody")];

let folder;
let browser;
let page;
let hostile;

// numbers as the pages write them
const score = (x) => (x === "" ? "\u2013" : Number(x).toFixed(2));
const count = (x) => Number(x).toLocaleString("en");
const change = (x) => (x === "" ? "\u2013" : Number(x) > 0 ? `+${x}` : Number(x) < 0 ? `\u2212${x.slice(1)}` : "0.00");
const percent = (x) => `${Number(x) > 99.9 && Number(x) < 100 ? Number(x).toFixed(2) : Number(x).toFixed(1)}\u00a0%`;
const day = (x) => (x === "" ? "\u2013" : new Date(`${x.slice(0, 10)}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }));

before(async () => {
	folder = join(await mkdtemp(join(tmpdir(), "klout-report.")), "out");
	await rows(`DROP DATABASE IF EXISTS ${DATABASE}`, { PGDATABASE: "postgres" });
	await rows(`CREATE DATABASE ${DATABASE}`, { PGDATABASE: "postgres" });
	await sql("CREATE SCHEMA somewhere; CREATE EXTENSION klout SCHEMA somewhere; ALTER DATABASE report_test SET search_path = public, somewhere");
	await runFile(join(top, "report/test/fixture.sql"), env);
	const { status, said } = await report([BOARD, "--out", folder], env);
	assert.equal(status, 0, said);
	hostile = (await sql("SELECT name FROM hostile ORDER BY n")).map(([name]) => name);
	browser = await startBrowser();
	page = await openPage(browser, folder);
});

after(async () => {
	await browser?.close();
	await rm(join(folder, ".."), { recursive: true, force: true });
	await rows(`DROP DATABASE IF EXISTS ${DATABASE}`, { PGDATABASE: "postgres" });
});

// Every test ends with it: nothing on the console, no error, dialog or request elsewhere
function noTrouble(p = page) {
	assert.deepEqual(p.trouble, []);
}

async function allRows(p = page) {
	const all = [];
	for (;;) {
		all.push(...await cells(p, ".table table"));
		const next = p.locator(".pages button", { hasText: "Next" });
		if (!(await next.count()) || (await next.isDisabled())) return all;
		await next.click();
	}
}

test("every page loads from a disk: light, dark, on a desk and on a phone", async () => {
	for (const colorScheme of ["light", "dark"]) {
		for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
			const p = await openPage(browser, folder, { colorScheme, viewport });
			for (const hash of PAGES) {
				await p.visit(hash);
				assert.notEqual(await p.textContent("h1"), "", hash);
				assert.match(await p.title(), / \u00b7 people & <co>$/, hash);
				assert.ok(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${hash} fits into ${viewport.width} pixels`);
			}
			noTrouble(p);
			await p.context().close();
		}
	}
});

test("and from a web server", async () => {
	const server = await serve(folder);
	const p = await openPage(browser, folder, { home: server.home });
	for (const hash of PAGES) await p.visit(hash);
	assert.equal(await p.textContent("h1"), "Not on this list");
	noTrouble(p);
	await p.context().close();
	server.close();
});

test("no page has what axe-core holds to be inaccessible (WCAG 2.2 A and AA), light and dark", async () => {
	for (const colorScheme of ["light", "dark"]) {
		const p = await openPage(browser, folder, { colorScheme });
		for (const hash of PAGES) {
			await p.visit(hash);
			await p.evaluate(axe.source);
			const found = await p.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
			assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ").slice(0, 300)}`), [], `${hash} ${colorScheme}`);
			assert.ok(found.passes.length > 15);
		}
		await p.context().close();
	}
});

test("dark is dark and light is light", async () => {
	const brightness = async (colorScheme) => {
		const p = await openPage(browser, folder, { colorScheme });
		await p.visit("#/");
		const [r, g, b] = await p.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
		await p.context().close();
		return r + g + b;
	};
	assert.ok(await brightness("light") > 600);
	assert.ok(await brightness("dark") < 120);
});

test("leaderboard: every number of every row is the database's", async () => {
	await page.visit("#/");
	const shown = (await allRows()).map((row) => row.slice(1));
	const expected = (await sql(`
		SELECT rank, person, round(score::numeric, 2), round(100 * percentile::numeric, 2), round(change_30::numeric, 2), round(reach::numeric, 2),
			   round(consistency::numeric, 2), (SELECT max(bucket)::date FROM (SELECT (klout_entries(signals)).bucket FROM ${B}.signals AS s LEFT JOIN ${B}.accounts AS a USING (account, network)
																			   WHERE coalesce(a.person, s.account) = l.person) AS e)
		FROM ${B}.leaderboard AS l WHERE topic = '' ORDER BY score DESC, person`))
		.map(([rank, person, s, p, c, reach, consistency, last]) => [count(rank), person, score(s), percent(p), change(c), score(reach), score(consistency), day(last)]);
	assert.equal(shown.length, 317);
	assert.deepEqual(shown, expected);
	assert.ok(!shown.some(([, person]) => person === "person 13"), "who opted out is not there");
	const tiles = await page.$$eval(".tiles dd", (all) => all.map((dd) => dd.textContent));
	const [people, average, cutoff, at63] = (await sql(`SELECT count(*), round(avg(score)::numeric, 2), round(klout_cutoff(klout_population(score), 0.05)::numeric, 2), count(*) FILTER (WHERE score >= 63) FROM ${B}.scores WHERE topic = ''`))[0];
	assert.deepEqual(tiles.slice(0, 4), [count(people), score(average), score(cutoff), count(at63)]);
	noTrouble();
});

test("leaderboard: search finds names and accounts, and Enter opens the first", async () => {
	await page.visit("#/");
	await page.fill("#search", "PERSON 29");
	await page.waitForFunction(() => document.querySelector(".page-status").textContent.endsWith("of 11"));
	const expected = await sql(`SELECT person FROM ${B}.scores WHERE topic = '' AND person ILIKE '%person 29%' ORDER BY score DESC, person`);
	assert.deepEqual((await allRows()).map((row) => row[2]), expected.map(([person]) => person));
	await page.fill("#search", "<scr");
	await page.waitForFunction(() => document.querySelector(".page-status").textContent === "1\u20131 of 1");
	assert.equal((await allRows())[0][2], "<script>alert(1)</script>");
	await page.fill("#search", "cond acc");
	await page.waitForFunction(() => document.querySelector("tbody th")?.textContent === "person 7");
	await page.press("#search", "Enter");
	await page.settled(personHash("person 7"));
	assert.equal(await page.textContent("h1"), "person 7");
	await page.goBack();
	await page.settled();
	assert.equal(await page.inputValue("#search"), "cond acc", "the way back leads to the search");
	await page.fill("#search", "no such person");
	await page.waitForSelector("td.empty");
	assert.equal(await page.textContent(".page-status"), "0 of 0");
	noTrouble();
});

test("leaderboard: each column sorts both ways, and says so", async () => {
	for (const [label, expression] of [["Score", "score"], ["Reach", "reach"], ["Consistency", "consistency"], ["Change, 30 days", "change_30"], ["At or below", "percentile"]]) {
		await page.visit("#/population");
		await page.visit("#/");
		const button = page.locator("thead button", { hasText: label });
		for (const direction of ["descending", "ascending"]) {
			await button.click();
			const head = page.locator("thead th", { has: page.locator("button", { hasText: label }) });
			assert.equal(await head.getAttribute("aria-sort"), direction);
			assert.equal(await page.locator("thead th[aria-sort]").count(), 1);
			const column = (await page.$$eval("thead th", (ths) => ths.map((th) => th.textContent.trim()))).findIndex((text) => text.startsWith(label));
			const shown = (await allRows()).map((row) => row[column]);
			const round = label === "At or below" ? "round(100 * percentile::numeric, 2)" : `round(${expression}::numeric, 2)`;
			const format = { "At or below": percent, "Change, 30 days": change }[label] ?? score;
			const expected = (await sql(`SELECT ${round} FROM ${B}.leaderboard WHERE topic = '' ORDER BY ${expression} ${direction === "ascending" ? "ASC" : "DESC"} NULLS LAST`)).map(([x]) => format(x));
			assert.deepEqual(shown, expected, `${label} ${direction}`);
		}
	}
	await page.locator("thead button", { hasText: "Person" }).click();
	const names = (await allRows()).map((row) => row[2]);
	assert.deepEqual(names, [...names].sort(new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare));
	noTrouble();
});

test("leaderboard: by network and by topic", async () => {
	await page.visit("#/population");
	await page.visit("#/");
	await page.selectOption("#network", "blog");
	await page.settled();
	let expected = await sql(`SELECT person, round((networks ->> 'blog')::numeric, 2) FROM ${B}.scores WHERE topic = '' AND (networks ->> 'blog')::float8 > 0 ORDER BY round((networks ->> 'blog')::numeric, 2) DESC, score DESC, person`);
	assert.deepEqual((await allRows()).map((row) => [row[2], row[6]]), expected.map(([person, points]) => [person, score(points)]));
	assert.ok(expected.length > 200);
	await page.selectOption("#topic", "<u>topic</u>");
	await page.settled();
	await page.selectOption("#network", "");
	await page.settled();
	expected = await sql(`SELECT rank, person, round(score::numeric, 2) FROM ${B}.leaderboard WHERE topic = '<u>topic</u>' ORDER BY score DESC, person`);
	assert.deepEqual((await allRows()).map((row) => row.slice(1, 4)), expected.map(([rank, person, s]) => [rank, person, score(s)]));
	assert.equal(expected.length, 18);
	await page.selectOption("#span", "7");
	await page.settled();
	expected = await sql(`SELECT round(change_7::numeric, 2) FROM ${B}.leaderboard WHERE topic = '<u>topic</u>' ORDER BY score DESC, person`);
	assert.deepEqual((await allRows()).map((row) => row[5]), expected.map(([c]) => change(c)));
	noTrouble();
});

test("people of every name have a page, with the parts and the statement of klout's functions", async () => {
	const people = [...hostile, "person 1", "person 7", "person 299", "person 300"];
	for (const person of people) {
		await page.visit("#/population");
		await page.visit(personHash(person));
		assert.equal(await page.textContent("h1"), person);
		const [found] = await sql(`SELECT round(score::numeric, 2), rank, round(100 * percentile::numeric, 2) FROM klout_board_search(${quote(BOARD)}, ${quote(person)}) WHERE person = ${quote(person)}`);
		assert.equal(await page.textContent(".big .value"), score(found[0]), person);
		assert.match(await page.textContent(".band"), new RegExp(`rank ${count(found[1])} of 317 \u00b7 ${percent(found[2]).replace(".", "\\.")} have`));

		const parts = await sql(`
			SELECT initcap(e.part), e.network, round(e.points::numeric, 2)
			FROM (SELECT klout_rollup(s.signals) AS signals FROM ${B}.signals AS s LEFT JOIN ${B}.accounts AS a USING (account, network) WHERE coalesce(a.person, s.account) = ${quote(person)}) AS s,
				 klout_explain(s.signals, klout_model(), '${AS_OF}') AS e`);
		assert.deepEqual((await cells(page, ".parts-card table")).map((row) => [row[0], row[1], row[3]]), parts.map(([part, network, points]) => [part, network, score(points)]), person);
		assert.equal(await page.textContent(".parts-card tfoot tr :last-child"), score(found[0]), "the points add up to the score");
		assert.equal(await page.locator(".parts-card svg rect").count(), parts.length, "a bar for each part and network");

		const statement = await sql(`SELECT kind, network, actions, (first_at AT TIME ZONE 'UTC')::date, (last_at AT TIME ZONE 'UTC')::date, round(points::numeric, 2) FROM klout_board_activity(${quote(BOARD)}, ${quote(person)})`);
		assert.deepEqual(await cells(page, ".statement-card table"), statement.map(([kind, network, actions, first, last, points]) => [kind, network, count(actions), day(first), day(last), score(points)]), person);
	}
	assert.match(await page.textContent(".caution"), /Do not decide about people by this number alone: not hiring/);
	noTrouble();
});

test("a person's line has a point for each day of the history", async () => {
	for (const person of ["person 1", hostile[0]]) {
		await page.visit(personHash(person));
		const history = await sql(`SELECT day, round(score::numeric, 2), rank FROM klout_board_compare(${quote(BOARD)}, ARRAY[${quote(person)}], 90) ORDER BY day DESC`);
		assert.equal(history.length, 6);
		assert.deepEqual(await cells(page, ".line-card table"), history.map(([d, s, rank]) => [day(d), score(s), count(rank)]));
		assert.equal(await page.locator(".line-card svg circle").count(), history.length);
		assert.equal(await page.locator(".line-card svg path[stroke-width='2.25'], .line-card svg g[stroke-width='2.25'] path").count(), 1);
	}
	noTrouble();
});

// The value a person had at a time, from the actions themselves
const signalsOf = (person, where) => `(SELECT coalesce(klout_signals(network, kind, actor, at) FILTER (WHERE ${where}), '{}') FROM
	(SELECT network, kind, actor, at FROM actions WHERE (target = ${quote(person)} OR target = 'second account' AND ${quote(person)} = 'person 7') AND at <= '${AS_OF}' AND actor <> 'person 13') AS a)`;

test("what changed, and why, is what the actions say, without remainder", async () => {
	for (const person of ["person 1", "person 300", "person 7", hostile[2], hostile[17]]) {
		await page.visit(personHash(person));
		assert.equal(await page.textContent(".changes-card h2"), "What changed since 20 Feb 2026, and why");
		const changes = await sql(`SELECT initcap(part), network, round(points_after::numeric, 2), round(change::numeric, 2)
			FROM klout_explain_change(${signalsOf(person, `at <= '${BEFORE}'`)}, ${signalsOf(person, "true")}, klout_model(), '${BEFORE}', '${AS_OF}')`);
		const history = await sql(`SELECT round(score::numeric, 2) FROM ${B}.history WHERE topic = '' AND person = ${quote(person)} AND day IN ('2026-02-20', '2026-03-22') ORDER BY day`);
		assert.deepEqual((await cells(page, ".changes-card table")).map((row) => [row[0], row[1], row[3], row[4]]), changes.map(([part, network, after, c]) => [part, network, score(after), change(c)]), person);
		const foot = await page.$$eval(".changes-card tfoot tr > *", (all) => all.map((cell) => cell.textContent));
		assert.deepEqual(foot.slice(2, 4), history.map(([s]) => score(s)));
		assert.equal(await page.locator(".changes-card svg rect").count(), changes.length);
		const [actions, days] = (await sql(`SELECT count(*), count(DISTINCT at::date) FROM actions
			WHERE (target = ${quote(person)} OR target = 'second account' AND ${quote(person)} = 'person 7') AND at > '${BEFORE}' AND at <= '${AS_OF}' AND actor <> 'person 13'`))[0];
		const lead = await page.textContent(".changes-card .lead");
		assert.ok(lead.includes(actions === "0" ? "Nothing new arrived" : `${count(actions)} reaction${actions === "1" ? "" : "s"} on ${days} day`), lead);
	}
	noTrouble();
});

test("how firm a score is: the lowest and the highest without a tenth of the reactors", async () => {
	for (const person of ["person 1", "person 250", "person 300"]) {
		await page.visit(personHash(person));
		const [low, high] = (await sql(`
			SELECT round(min(score)::numeric, 2), round(max(score)::numeric, 2)
			FROM (SELECT klout_score(coalesce(klout_signals(network, kind, actor, at) FILTER (WHERE abs(hashtextextended(actor, 0) % 10) <> tenth), '{}'), klout_model(), '${AS_OF}') AS score
				  FROM actions, generate_series(0, 9) AS tenth WHERE target = ${quote(person)} AND at <= '${AS_OF}' GROUP BY tenth) AS s`))[0];
		assert.deepEqual([await page.textContent(".firm-low"), await page.textContent(".firm-high")], [score(low), score(high)], person);
		const [actions, people] = (await sql(`SELECT count(*), count(DISTINCT (network, actor)) FROM actions WHERE target = ${quote(person)} AND at <= '${AS_OF}'`))[0];
		const text = await page.textContent(".firm-card");
		assert.ok(text.includes(`${count(actions)} action`), text);
		if (person === "person 300") assert.match(text, /about \d+ people .* estimated from a sample/);
		else assert.ok(text.includes(`by ${people} people`), text);
	}
	await page.visit(personHash("person 300"));
	assert.match(await page.textContent(".caution"), /Changing fast/);
	noTrouble();
});

test("compare: six at most, added by typing, removed again; lines, bars and numbers", async () => {
	await page.visit("#/compare");
	for (const [i, typed] of ["person 1", "second account", "person 30", hostile[0], hostile[5], "person 29"].entries()) {
		await page.fill("form input", typed);
		await page.press("form input", "Enter");
		await page.waitForFunction((t) => document.querySelectorAll(".chips li").length === t, i + 1);
		await page.settled();
	}
	const names = ["person 1", "person 7", "person 30", hostile[0], hostile[5], "person 29"];
	assert.deepEqual(await page.$$eval(".chips a", (all) => all.map((a) => a.textContent)), names);
	assert.equal(await page.locator("form input").count(), 0, "no seventh");
	const lines = page.locator("section:has(#lines) svg g[aria-label='line'] path");
	assert.equal(await lines.count(), 6);
	assert.equal(new Set(await lines.evaluateAll((all) => all.map((path) => path.getAttribute("stroke")))).size, 6, "each of a colour of its own");
	assert.equal(await page.locator("section:has(#lines) svg circle").count(), 36);
	const table = Object.fromEntries((await cells(page, "section:has(#beside) table")).map(([label, ...values]) => [label, values]));
	const expected = await Promise.all(names.map(async (person) => (await sql(`SELECT round(score::numeric, 2), rank, round(reach::numeric, 2), round(change_30::numeric, 2), networks FROM ${B}.leaderboard WHERE topic = '' AND person = ${quote(person)}`))[0]));
	assert.deepEqual(table.Score, expected.map((e) => score(e[0])));
	assert.deepEqual(table.Rank, expected.map((e) => count(e[1])));
	assert.deepEqual(table.Reach, expected.map((e) => score(e[2])));
	assert.deepEqual(table["Change, 30 days"], expected.map((e) => change(e[3])));
	assert.equal(await page.locator("section:has(#points) svg rect").count(), expected.reduce((n, e) => n + Object.keys(JSON.parse(e[4])).length, 0));
	const history = await sql(`SELECT day, array_agg(round(score::numeric, 2) ORDER BY array_position(ARRAY[${names.map(quote)}], person)) FROM klout_board_compare(${quote(BOARD)}, ARRAY[${names.map(quote)}], 90) GROUP BY day ORDER BY day DESC`);
	assert.deepEqual(await cells(page, "section:has(#lines) table"), history.map(([d, scores]) => [day(d), ...scores.slice(1, -1).split(",").map(score)]));
	await page.click("button[aria-label='Remove person 7']");
	await page.waitForFunction(() => document.querySelectorAll(".chips li").length === 5);
	await page.fill("form input", "nobody at all");
	await page.press("form input", "Enter");
	await page.waitForSelector("[role=alert]:not([hidden])");
	noTrouble();
});

test("compare: chosen on the leaderboard", async () => {
	await page.visit("#/population");
	await page.visit("#/");
	const boxes = page.locator("tbody input[type=checkbox]");
	for (let i = 0; i < 7; i++) await boxes.nth(i).click();
	assert.equal(await page.locator("tbody input:checked").count(), 6, "a seventh is refused");
	await page.click(".compare-bar a");
	await page.waitForFunction(() => document.querySelectorAll(".chips li").length === 6);
	noTrouble();
});

test("population: bars, marks and lines are the database's", async () => {
	await page.visit("#/population");
	const histogram = await sql(`SELECT low, high, h.people FROM ${B}.populations AS p, klout_histogram(p.population, 50) AS h WHERE topic = '' ORDER BY low`);
	assert.deepEqual(await cells(page, "section:has(#spread) table"), histogram.map(([low, high, people]) => [`${low} to ${high}`, count(people)]));
	const heights = await page.$$eval("section:has(#spread) .bins rect", (all) => all.map((rect) => Number(rect.getAttribute("height"))));
	assert.equal(heights.length, 50);
	const people = histogram.map((row) => Number(row[2]));
	const largest = Math.max(...people);
	heights.forEach((height, i) => assert.ok(Math.abs(height / Math.max(...heights) - people[i] / largest) < 0.01, `bar ${i}`));
	const ticks = await page.$$eval("section:has(#spread) svg g[aria-label='x-axis tick label'] text", (all) => all.map((t) => t.textContent));
	assert.ok(ticks.includes("40") && ticks.includes("63"));
	assert.equal(await page.locator("section:has(#spread) .marks line").count(), 2, "marks at 40 and 63");
	const [average, median, cutoff, at40, at63] = (await sql(`SELECT round(avg(score)::numeric, 2), round(percentile_disc(0.5) WITHIN GROUP (ORDER BY score)::numeric, 2), round(klout_cutoff(klout_population(score), 0.05)::numeric, 2),
		count(*) FILTER (WHERE score >= 40), count(*) FILTER (WHERE score >= 63) FROM ${B}.scores WHERE topic = ''`))[0];
	assert.deepEqual(await page.$$eval(".tiles dd", (all) => all.map((dd) => dd.textContent)), ["317", score(average), score(median), score(cutoff), count(at40), count(at63)]);
	const marks = await page.$$eval("section:has(#spread) .lines line", (all) => all.map((line) => Number(line.getAttribute("x1"))));
	const [x0, x100] = await page.$$eval("section:has(#spread) .bins rect", (all) => [Number(all[0].getAttribute("x")), Number(all.at(-1).getAttribute("x")) + Number(all.at(-1).getAttribute("width"))]);
	[average, cutoff].forEach((x, i) => assert.ok(Math.abs(marks[i] - (x0 + (x100 - x0) * Number(x) / 100)) < 1.5, `mark at ${x}`));
	const days = await sql(`SELECT day, count(*), round(avg(score)::numeric, 2), round(percentile_disc(0.5) WITHIN GROUP (ORDER BY score)::numeric, 2), round(klout_cutoff(klout_population(score), 0.05)::numeric, 2), count(*) FILTER (WHERE score >= 63)
		FROM ${B}.history WHERE topic = '' GROUP BY day ORDER BY day DESC`);
	assert.deepEqual(await cells(page, "section:has(#days) table"), days.map(([d, n, a, m, c, at]) => [day(d), count(n), score(a), score(m), score(c), count(at)]));
	for (const id of ["average", "cutoff", "at_63", "people"]) assert.equal(await page.locator(`section:has(#${id}) svg circle`).count(), days.length);
	await page.selectOption("#topic", "sql");
	await page.settled();
	assert.equal(await page.textContent(".tiles dd"), count(await value(`SELECT count(*) FROM ${B}.scores WHERE topic = 'sql'`, env)));
	noTrouble();
});

// CSV as RFC 4180 has it
function parseCsv(text) {
	const table = [[]];
	let rest = text;
	while (rest.length) {
		const [, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|$)/.exec(rest);
		table.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
		rest = rest.slice((quoted === undefined ? plain.length : quoted.length + 2) + end.length);
		if (end === "\r\n" && rest.length) table.push([]);
		if (end === "" && rest.length) throw new Error(`no CSV: ${rest.slice(0, 40)}`);
	}
	return table;
}

test("candidates: a pasted list, ranked with the evidence, and saved as CSV that no spreadsheet runs", async () => {
	const typeable = hostile.filter((name) => !/[\n\r]/.test(name));
	const asked = ["person 250", ...typeable, "second account", "PERSON 1", "no such person", "=1+2", "", "person 300"];
	await page.visit("#/candidates");
	await page.fill("#who", asked.join("\n"));
	await page.click("button[type=submit]");
	await page.waitForSelector(".table");
	const names = [...typeable, "person 250", "person 7", "person 1", "person 300"];
	const expected = await sql(`SELECT rank() OVER (ORDER BY rank), person, round(score::numeric, 2), round(100 * percentile::numeric, 2), round(change_30::numeric, 2), rank FROM ${B}.leaderboard
		WHERE topic = '' AND person IN (${names.map(quote)}) ORDER BY score DESC, person`);
	assert.equal(expected.length, names.length);
	const shown = await cells(page, ".table table");
	assert.deepEqual(shown.map((row) => [row[0], row[2], row[3], row[4]]), expected.map(([place, , s, p, c]) => [place, score(s), percent(p), change(c)]));
	shown.forEach((row, i) => assert.ok(row[1].startsWith(expected[i][1]), row[1]));
	assert.ok(shown.some((row) => row[1] === "person 7 (second account)"));
	assert.deepEqual(await page.$$eval("ul.missing li", (all) => all.map((li) => li.textContent)), ["no such person", "=1+2"]);
	assert.match(shown.find((row) => row[1].startsWith("person 300"))[9], /changing fast/);
	// evidence, from the actions
	for (const person of ["person 250", "person 300", hostile[3]]) {
		const [actions, days, last] = (await sql(`SELECT count(*), count(DISTINCT at::date), max(at)::date FROM actions WHERE target = ${quote(person)} AND at <= '${AS_OF}'`))[0];
		const row = shown.find((r) => r[1] === person);
		assert.deepEqual([row[5], row[7], row[8]], [count(actions), count(days), day(last)], person);
	}

	const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save as CSV")]);
	assert.equal(download.suggestedFilename(), "candidates.csv");
	const text = await readFile(await download.path(), "utf8");
	assert.equal(text[0], "\ufeff");
	const [head, ...lines] = parseCsv(text.slice(1));
	assert.deepEqual(head.slice(0, 7), ["place", "candidate", "asked_as", "score", "rank_of_all", "percent_at_or_below", "change_30"]);
	assert.equal(lines.length, expected.length + 2);
	lines.forEach((line) => assert.equal(line.length, head.length));
	lines.slice(0, expected.length).forEach((line, i) => {
		const [place, person, s, p, c, rank] = expected[i];
		assert.equal(line[1].replace(/^'(?=[\s]*[=+\-@])/, ""), person);
		assert.deepEqual([line[0], Number(line[3]), line[4], Number(line[5]), Number(line[6])], [place, Number(s), rank, Number(p), Number(c)]);
	});
	// what a spreadsheet would take for a formula: anything but a number that begins with one of these
	for (const cell of lines.flat()) assert.ok(!/^[=+\-@\t\r]/.test(cell) || /^-?\d+(\.\d+)?$/.test(cell), cell);
	assert.equal(lines.flat().filter((cell) => /^'[=+\-@]/.test(cell)).length, 4 * 2 + 2, "four such names, twice each, and =1+2");

	// the address is enough to come back
	const address = page.url();
	const again = await openPage(browser, folder);
	await again.goto(address);
	await again.waitForSelector(".table");
	assert.deepEqual(await cells(again, ".table table"), shown);
	noTrouble(again);
	await again.context().close();
	noTrouble();
});

test("perks: those next in line are those whom klout_board_grant would take", async () => {
	await page.visit("#/perks");
	const perks = await sql(`SELECT perk, capacity, granted, "left" FROM ${B}.perks_left ORDER BY perk`);
	assert.equal(perks.length, 3);
	for (const [i, [perk, capacity, granted, left]] of perks.entries()) {
		const card = page.locator(`section:has(#perk-${i})`);
		assert.ok((await card.locator("h2").textContent()).startsWith(perk));
		assert.equal(await card.locator(".meter").textContent(), `${count(left)} of ${count(capacity)} left`);
		assert.equal(await card.locator("meter").getAttribute("value"), left);
		const next = (await sql(`BEGIN; SELECT person, round(score::numeric, 2) FROM klout_board_grant(${quote(BOARD)}, ${quote(perk)}) ORDER BY score DESC, person; ROLLBACK`));
		const shown = await card.evaluate((section) => [...section.querySelectorAll("table")].filter((t) => /in line/.test(t.caption.textContent))
			.flatMap((t) => [...t.tBodies[0].rows].map((tr) => [...tr.cells].map((cell) => cell.textContent))));
		assert.deepEqual(shown, next.map(([person, s]) => [person, score(s)]), perk);
		const had = await sql(`SELECT person FROM ${B}.grants WHERE perk = ${quote(perk)} ORDER BY rank, person`);
		assert.equal(String(had.length), granted);
		if (had.length) {
			assert.deepEqual(await card.evaluate((section) => [...section.querySelectorAll("table")].filter((t) => t.caption.textContent === "Given to").flatMap((t) => [...t.tBodies[0].rows].map((tr) => tr.cells[0].textContent))), had.map(([person]) => person));
		}
	}
	noTrouble();
});

test("by keyboard alone: skip link, navigation, sorting, pages, with the focus to be seen", async () => {
	const p = await openPage(browser, folder);
	await p.visit("#/");
	const focused = () => p.evaluate(() => document.activeElement.textContent.trim().slice(0, 30) || document.activeElement.id);
	await p.keyboard.press("Tab");
	assert.equal(await focused(), "Skip to the content");
	assert.ok(await p.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), "the skip link shows when it has the focus");
	await p.keyboard.press("Enter");
	assert.equal(await p.evaluate(() => document.activeElement.id), "main");
	await p.keyboard.press("Tab");
	assert.equal(await p.evaluate(() => document.activeElement.textContent), "person 1", "the leader's tile");
	await p.keyboard.press("Tab");
	assert.equal(await p.evaluate(() => document.activeElement.id), "search");
	assert.notEqual(await p.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
	while ((await focused()) !== "Reach") await p.keyboard.press("Tab");
	assert.notEqual(await p.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
	await p.keyboard.press("Enter");
	assert.equal(await p.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
	assert.equal(await p.textContent("#announce"), "Sorted by Reach, highest first");
	await p.focus(".pages button:has-text('Next')");
	await p.keyboard.press("Enter");
	await p.keyboard.press("Enter");
	assert.match(await p.textContent(".page-status"), /^101\u2013150/);
	assert.equal(await focused(), "Next", "the focus stays");
	await p.focus("#nav a[data-page=population]");
	await p.keyboard.press("Enter");
	await p.settled("#/population");
	assert.equal(await p.evaluate(() => document.activeElement.id), "main");
	assert.equal(await p.locator("#nav a[aria-current=page]").textContent(), "Population");
	await p.focus("details summary");
	await p.keyboard.press("Enter");
	assert.equal(await p.locator("details[open] table").count(), 1);
	// every chart is an image with words
	for (const hash of PAGES) {
		await p.visit(hash);
		for (const words of await p.$$eval(".chart", (all) => all.map((c) => [c.getAttribute("role"), c.getAttribute("aria-label")]))) {
			assert.equal(words[0], "img");
			assert.ok(words[1].length > 20, words[1]);
		}
	}
	noTrouble(p);
	await p.context().close();
});

test("on paper: no controls, dark on white, nothing beyond its card, the tables that were open", async () => {
	const p = await openPage(browser, folder, { colorScheme: "dark", viewport: { width: 794, height: 1123 } });
	await p.visit(personHash(hostile[0]));
	await p.click(".line-card summary");
	await p.emulateMedia({ media: "print", colorScheme: "dark" });
	assert.ok(!(await p.isVisible("#nav")) && !(await p.isVisible(".actions")));
	assert.ok(await p.isVisible(".line-card details table"));
	assert.equal(await p.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
	assert.equal(await p.evaluate(() => getComputedStyle(document.body).color), "rgb(0, 0, 0)");
	assert.deepEqual(await p.$$eval(".card table, .card svg", (all) => all.filter((e) => e.getBoundingClientRect().right > e.closest(".card").getBoundingClientRect().right).map((e) => e.outerHTML.slice(0, 80))), []);
	await p.visit("#/population");
	assert.ok(!(await p.isVisible("details")), "a table that was closed is not on paper");
	await p.emulateMedia({ media: "screen" });
	assert.ok((await p.pdf()).length > 10_000);
	noTrouble(p);
	await p.context().close();
});

test("broken addresses and data are told, and run nothing", async () => {
	const p = await openPage(browser, folder);
	for (const hash of ["#/person/%E0%A4%A", "#/person/", "#/constructor", "#/__proto__", "#javascript:alert(1)", "#/?q=%3Cimg src=x onerror=alert(1)%3E&page=99999&sort=toString", "#/compare/%3Cscript%3E/nobody", "#/?topic=nosuch&network=nosuch&span=x"]) {
		await p.goto("about:blank");
		await p.goto(`file://${folder}/index.html${hash}`);
		await p.settled();
		assert.notEqual(await p.textContent("h1"), "This page cannot be shown", hash);
	}
	noTrouble(p);
	await p.context().close();
	const copy = await mkdtemp(join(tmpdir(), "klout-report."));
	for (const name of ["index.html", "report.js", "style.css"]) await writeFile(join(copy, name), await readFile(join(folder, name)));
	const empty = await openPage(browser, copy);
	await empty.goto(`file://${copy}/index.html`);
	await empty.waitForSelector("[role=alert]");
	assert.match(await empty.textContent("main"), /data\/board\.js cannot be read\. script\/report makes these pages/);
	await empty.context().close();
	await rm(copy, { recursive: true });
});

test("no name ends a script: data files are ASCII-safe where it matters, and parse as JSON", async () => {
	const names = await readdir(join(folder, "data"));
	assert.ok(names.length >= 7 && names.includes("board.js") && names.includes("people-3.js"));
	for (const name of names) {
		const text = await readFile(join(folder, "data", name), "utf8");
		assert.ok(!/[<\u2028\u2029]/.test(text), name);
		JSON.parse(/^klout\.put\("[a-z0-9-]+",(.*)\);\n$/s.exec(text)[1]);
		assert.ok((await stat(join(folder, "data", name))).size < 400_000);
	}
	for (const name of await readdir(join(top, "report/src"), { recursive: true })) {
		if (name.endsWith(".js")) assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/.test(await readFile(join(top, "report/src", name), "utf8")), name);
	}
});

test("script/report: errors are clear, and a folder of others is left alone", async () => {
	const out = await mkdtemp(join(tmpdir(), "klout-report."));
	const fails = async (args, pattern, more = {}) => {
		const { status, said } = await report(args, { ...env, ...more });
		assert.notEqual(status, 0, args.join(" "));
		assert.match(said, pattern);
		assert.deepEqual(await readdir(out), ["mine"], "nothing was written");
	};
	await writeFile(join(out, "mine"), "x");
	await fails([BOARD, "--out", out], /exists and is not a report/);
	await fails(["nosuch", "--out", join(out, "new")], /board "nosuch" does not exist[^]*klout_board_create/);
	await fails(["public", "--out", join(out, "new")], /board "public" does not exist/);
	await fails([BOARD, "--out", join(out, "new")], /klout is not installed in this database[^]*PGDATABASE/, { PGDATABASE: "postgres" });
	await fails([BOARD, "--out", join(out, "new")], /database "nosuch" does not exist/, { PGDATABASE: "nosuch" });
	await fails([BOARD, "--people", "x"], /--people must be a whole number/);
	await fails([], /script\/report BOARD/);
	await fails(["--nosuch"], /script\/report BOARD/);
	await sql("CREATE TABLE none (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor text, target text, at timestamptz); SELECT klout_board_create('unpublished', 'none')");
	await fails(["unpublished", "--out", join(out, "new")], /board "unpublished" has no publication yet[^]*CALL klout_board_refresh\('unpublished'\)/);
	await sql("DROP ROLE IF EXISTS report_stranger; CREATE ROLE report_stranger LOGIN");
	await fails([BOARD, "--out", join(out, "new")], /permission denied for schema somewhere[^]*GRANT USAGE ON SCHEMA somewhere TO report_stranger/, { PGUSER: "report_stranger" });
	await sql("GRANT USAGE ON SCHEMA somewhere TO report_stranger");
	await fails([BOARD, "--out", join(out, "new")], /permission denied[^]*may not read the board/, { PGUSER: "report_stranger" });
	await sql("CALL klout_board_refresh('unpublished')");
	const { status, said } = await report(["unpublished", "--out", join(out, "new")], env);
	assert.equal(status, 0, said);
	const p = await openPage(browser, join(out, "new"));
	for (const hash of PAGES) await p.visit(hash);
	noTrouble(p);
	await p.context().close();
	await rm(out, { recursive: true });
	await sql("DROP OWNED BY report_stranger; DROP ROLE report_stranger");
});

test("a reader without the right to the actions gets all but the reasons, and changes nothing", async () => {
	await sql(`DROP ROLE IF EXISTS report_reader; CREATE ROLE report_reader LOGIN; GRANT USAGE ON SCHEMA ${B}, somewhere TO report_reader; GRANT SELECT ON ALL TABLES IN SCHEMA ${B} TO report_reader`);
	const out = join(folder, "..", "reader");
	const { status, said } = await report([BOARD, "--out", out, "--people", "120", "--topics", "1"], { ...env, PGUSER: "report_reader" });
	assert.equal(status, 0, said);
	const p = await openPage(browser, out);
	await p.visit("#/");
	assert.match(await p.textContent("main"), /These are the 120 highest of 317\./);
	assert.match(await p.textContent("main"), /The 1 largest of 3 topics are listed\./);
	assert.equal((await allRows(p)).length, 120);
	await p.visit(personHash("person 1"));
	const lead = await p.textContent(".changes-card");
	assert.match(lead, /made without the reasons part by part/);
	const [then, now] = (await sql(`SELECT round(score::numeric, 2) FROM ${B}.history WHERE topic = '' AND person = 'person 1' AND day IN ('2026-02-20', '2026-03-22') ORDER BY day`)).map(([s]) => s);
	assert.ok(lead.includes(`from ${then} to ${now}`), lead);
	assert.equal(await p.locator(".changes-card table, .firm-low").count(), 0);
	await p.visit(personHash("person 250"));
	assert.equal(await p.textContent("h1"), "Not on this list");
	noTrouble(p);
	await p.context().close();
	await sql("DROP OWNED BY report_reader; DROP ROLE report_reader");
});

test("facts that arrived after the publication, and one that was held back, are told", async () => {
	await sql(`INSERT INTO actions (network, kind, actor, target, at) SELECT 'forum', 'reply', 'late ' || n, 'person 299', '2026-03-21 09:00+00' FROM generate_series(1, 150) AS n;
		INSERT INTO actions (network, kind, actor, target, at) SELECT 'forum', 'reply', 'late ' || n, 'new ' || n, '2026-03-21 09:00+00' FROM generate_series(1, 150) AS n`);
	await sql(`CALL klout_board_refresh(${quote(BOARD)}, as_of => '2026-03-22 13:00+00')`);
	const out = join(folder, "..", "held");
	const { status, said } = await report([BOARD, "--out", out], env);
	assert.equal(status, 0, said);
	const p = await openPage(browser, out);
	await p.visit(personHash("person 299"));
	assert.match(await p.textContent("footer"), /as of 22 Mar 2026, 12:00 UTC[^]*A later publication, of 22 Mar 2026, was held back: people moved from 317 to 467, by more than 53\.41/);
	assert.match(await p.textContent(".parts-card"), /Facts arrived after the score was published/);
	const published = await value(`SELECT round(score::numeric, 2) FROM ${B}.scores WHERE topic = '' AND person = 'person 299'`, env);
	assert.equal(await p.textContent(".big .value"), score(published));
	noTrouble(p);
	await p.context().close();
});

test("a replaced report, ids of type bigint and uuid, and another model", async () => {
	await sql(`
		CREATE TABLE numbers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
		INSERT INTO numbers (network, kind, actor, target, at) SELECT 'forum', 'reply', n, 9007199254740993 + n % 3, '2026-03-01' FROM generate_series(1, 30) AS n;
		SELECT klout_board_create('numbers_board', 'numbers', klout_model() || '{"scale": 5}');
		CREATE TABLE uuids (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor uuid, target uuid, at timestamptz);
		INSERT INTO uuids (network, kind, actor, target, at) SELECT 'forum', 'reply', md5(n::text)::uuid, md5((n % 3)::text)::uuid, '2026-03-01' FROM generate_series(1, 30) AS n;
		SELECT klout_board_create('uuids_board', 'uuids', reactor_weight => 'score')`);
	await sql("CALL klout_board_refresh('numbers_board', as_of => '2026-03-02')");
	await sql("UPDATE numbers_board.settings SET model = klout_model()");
	await sql("CALL klout_board_refresh('numbers_board', as_of => '2026-03-10')");
	await sql("CALL klout_board_refresh('uuids_board', as_of => '2026-03-02')");
	const out = join(folder, "..", "ids");
	for (const board of ["numbers_board", "uuids_board"]) {
		const { status, said } = await report([board, "--out", out], env);
		assert.equal(status, 0, said);
		const p = await openPage(browser, out);
		await p.visit("#/");
		const expected = await sql(`SELECT person, round(score::numeric, 2) FROM ${board}.leaderboard WHERE topic = '' ORDER BY score DESC, person`);
		assert.deepEqual((await allRows(p)).map((row) => [row[2], row[3]]), expected.map(([person, s]) => [person, score(s)]));
		assert.equal(expected.length, 3);
		await p.visit(personHash(expected[0][0]));
		assert.equal(await p.textContent("h1"), expected[0][0]);
		if (board === "numbers_board") {
			assert.ok((await cells(p, ".changes-card table")).some((row) => row[0] === "Change of the recipe"));
		}
		noTrouble(p);
		await p.context().close();
	}
});

// What is in the files of a report
async function textOf(out) {
	const names = (await readdir(out, { recursive: true })).filter((name) => /\.(js|html|css)$/.test(name));
	return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), "utf8")])));
}

test("who opted out is in no file of a report, nor an account of theirs, nor a hash; of others only listed people's accounts", async () => {
	for (const type of ["bigint", "text", "uuid"]) {
		// number n is written in the type
		const id = { bigint: (n) => `${7770001000 + n}`, text: (n) => `Name ${7770001000 + n}`, uuid: (n) => `77700010-00${n}-4000-8000-000000000000` };
		const name = (n) => quote(id[type](n));
		const ids = Array.from({ length: 20 }, (_, n) => `(${n}, ${name(n + 10)}::${type})`).join(", ");
		const board = `leaving_${type}`;
		await sql(`
			CREATE TABLE ${type}_leaving (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor ${type}, target ${type}, at timestamptz, topic text);
			INSERT INTO ${type}_leaving (network, kind, actor, target, at, topic)
			SELECT 'n' || g % 2, 'k', a.id, t.id, '2026-03-01 00:00+00'::timestamptz + g * interval '1 hour', 't' || g % 2
			FROM generate_series(1, 800) AS g
			JOIN (VALUES ${ids}) AS a (n, id) ON a.n = g * 7 % 20 JOIN (VALUES ${ids}) AS t (n, id) ON t.n = (g + g / 20) % 20;
			SELECT klout_board_create('${board}', '${type}_leaving', reactor_weight => 'none', tenure => '1 day')`);
		// 11 and 12 are accounts of 10, 14 of 13; 16 of 15, who will not be listed; 17 opts out by themselves
		await sql(`SELECT klout_board_link('${board}', 'n0', ${name(11)}, ${name(10)}), klout_board_link('${board}', 'n1', ${name(11)}, ${name(10)}),
			klout_board_link('${board}', 'n0', ${name(12)}, ${name(10)}), klout_board_link('${board}', 'n1', ${name(12)}, ${name(10)}),
			klout_board_link('${board}', 'n0', ${name(14)}, ${name(13)}), klout_board_link('${board}', 'n0', ${name(16)}, ${name(15)})`);
		await sql(`CALL klout_board_refresh('${board}', as_of => '2026-04-04 00:00+00')`);
		await sql(`CALL klout_board_refresh('${board}', as_of => '2026-04-05 00:00+00', publish => 'always')`);
		await sql(`INSERT INTO ${board}.perks (perk, capacity) VALUES ('mug', 10)`);
		await sql(`SELECT count(*) FROM klout_board_grant('${board}', 'mug')`);
		const out = join(folder, "..", board);
		const hashes = (await sql(`SELECT DISTINCT r.actor_hash, lpad(to_hex(r.actor_hash), 16, '0')
			FROM (SELECT klout_signals(network, 'k', i.id, '2026-01-01') AS signals FROM (VALUES ${ids}) AS i (n, id), unnest('{n0,n1}'::text[]) AS network
				  WHERE i.n IN (0, 1, 2, 7) GROUP BY network, i.n) AS s, klout_reactor_sample(s.signals) AS r`)).flat();
		assert.equal(hashes.length, 16);
		const gone = [10, 11, 12, 17].map(id[type]);
		const holds = (files, words) => words.filter((word) => Object.values(files).some((text) => text.includes(word)));

		let { status, said } = await report([board, "--out", out], env);
		assert.equal(status, 0, said);
		assert.deepEqual(holds(await textOf(out), gone), gone, "before they opt out, they are there");

		await sql(`SELECT klout_board_opt_out('${board}', ${name(12)}), klout_board_opt_out('${board}', ${name(17)})`);
		({ status, said } = await report([board, "--out", out], env));
		assert.equal(status, 0, said);
		const files = await textOf(out);
		assert.ok(Object.keys(files).length >= 8);
		assert.deepEqual(holds(files, [...gone, ...hashes]), [], type);
		assert.deepEqual(holds(files, [14, 16].map(id[type])).length, 2, "accounts of others are");
		// the highest three, of all topics together
		({ status, said } = await report([board, "--out", out, "--people", "3", "--topics", "0"], env));
		assert.equal(status, 0, said);
		const listed = new Set((await sql(`SELECT person FROM ${board}.scores WHERE topic = '' ORDER BY score DESC, person LIMIT 3`)).map(([person]) => person));
		const accounts = JSON.parse(/^klout\.put\("accounts",(.*)\);\n$/s.exec((await textOf(out))["data/accounts.js"])[1]);
		assert.deepEqual(accounts.map(([, , person]) => person).filter((person) => !listed.has(person)), []);
		await sql(`SELECT klout_board_drop('${board}')`);
	}
});

test("nobody's facts stop the report of the others: times, names, weights and counts of all sorts", async () => {
	for (const [board, bucket, weight] of [["odd_days", "1 day", "proven"], ["odd_hours", "1 hour", "none"]]) {
		await sql(`
			CREATE TABLE ${board}_actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor text, target text, at timestamptz, weight float8, topic text);
			INSERT INTO ${board}_actions (network, kind, actor, target, at, weight, topic)
			SELECT n.network, 'k', 'reader ' || i, 'at ' || t.at, t.at::timestamptz, w.weight, n.network
			FROM unnest('{4714-11-24 00:00+00 BC,4714-11-25 12:00+00 BC,4000-01-01 BC,0001-01-01,0044-03-15 BC,1900-01-01,1999-12-31,2025-10-01,2026-03-21,294276-12-31,infinity,-infinity}'::text[]) AS t (at),
				unnest(ARRAY['n', repeat('x', 63), 'ü', E'\\x01 \\t\\n"\\\\']) AS n (network), unnest('{NULL,0,5e-324,1,7,NaN,-Infinity}'::float8[]) AS w (weight), generate_series(1, 3) AS i;
			INSERT INTO ${board}_actions (network, kind, actor, target, at)
			SELECT 'n', 'k', 'reader ' || i % 400, 'often', '2026-03-20' FROM generate_series(1, 50000) AS i;
			INSERT INTO ${board}_actions (network, kind, actor, target, at) VALUES (NULL, 'k', 'a', 'null', '2026-03-20'), ('n', 'k', 'a', NULL, '2026-03-20'),
				('n', 'k', 'a', '', '2026-03-20'), ('n', 'k', '', 'empty actor', '2026-03-20'), ('', 'k', 'a', 'empty network', '2026-03-20'),
				('n', 'k', 'a', repeat('long', 251), '2026-03-20'), ('n', 'k', 'a', E'\\x7f\u{202E}\u{FEFF}', '2026-03-20'), ('n', 'k', 'a', 'plain', '2026-03-20');
			SELECT klout_board_create('${board}', '${board}_actions', ${bucket === "1 hour" ? "klout_model('hour')" : "klout_model()"}, bucket => '${bucket}', reactor_weight => '${weight}')`);
		await sql(`CALL klout_board_refresh('${board}', as_of => '2026-03-21 12:00+00')`);
		await sql(`CALL klout_board_refresh('${board}', as_of => '2026-03-22 12:00+00', publish => 'always')`);
		// corrected, but not handed over: they do not count yet
		await sql(`UPDATE ${board}_actions SET weight = 1 WHERE weight = 7`);
		const out = join(folder, "..", board);
		const { status, said } = await report([board, "--out", out], env);
		assert.equal(status, 0, said);
		const p = await openPage(browser, out);
		await p.visit("#/");
		const expected = await sql(`SELECT person, round(score::numeric, 2) FROM ${board}.scores WHERE topic = '' ORDER BY score DESC, person`);
		assert.ok(expected.some(([person]) => person === "plain") && expected.some(([person]) => person === "at 0001-01-01"));
		assert.deepEqual((await allRows(p)).map((row) => row[3]), expected.map(([, s]) => score(s)));
		for (const [person] of expected) {
			await p.visit(personHash(person));
			assert.notEqual(await p.textContent("h1"), "Not on this list", person);
		}
		noTrouble(p);
		await p.context().close();
	}
});

test("the same sources build the same bytes", async () => {
	const run = promisify(execFile);
	const two = await Promise.all([1, 2].map(async () => {
		const out = await mkdtemp(join(tmpdir(), "klout-site."));
		await run(process.execPath, [join(top, "report/build.mjs"), out]);
		const files = await Promise.all(["index.html", "report.js", "style.css"].map((name) => readFile(join(out, name))));
		await rm(out, { recursive: true });
		return files;
	}));
	two[0].forEach((file, i) => assert.ok(file.equals(two[1][i])));
	assert.ok(two[0][1].length < 400_000, "the script is small");
	assert.ok(!/https?:\/\/(?!www\.w3\.org)/.test(String(two[0][0]) + String(two[0][2])), "nothing is loaded from elsewhere");
});
