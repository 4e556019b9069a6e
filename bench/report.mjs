// Job report: builds the report of the board of report.sql and measures, in a browser, the time from an input
// to the frame that shows its effect. Called by bench/run; prints one row of the table for each.
//
// An interaction ends when the page shows what was asked for and two frames have been drawn since.

import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage, report, rows, startBrowser, value } from "../report/test/board.mjs";

const RUNS = Number(process.env.RUNS ?? 7);
// milliseconds; opening is not an interaction, and loads the whole list
const LIMIT = 200;
const LIMIT_OF_OPENING = 1000;
const OPENING = "opened, the browser at hand";
const env = { PGDATABASE: "bench" };
const people = Number(await value("SELECT count(*) FROM report_board.scores WHERE topic = ''", env));
const best = (await rows("SELECT person FROM report_board.leaderboard WHERE topic = '' ORDER BY score DESC, person LIMIT 200", env)).map(([person]) => person);

const home = await mkdtemp(join(tmpdir(), "klout-bench."));
const folder = join(home, "report");
const started = performance.now();
const { status, said } = await report(["report_board", "--out", folder, "--people", String(people)], env);
if (status !== 0) throw new Error(said);
const seconds = (performance.now() - started) / 1000;
const sizes = await Promise.all((await readdir(join(folder, "data"))).map(async (name) => [name, (await stat(join(folder, "data", name))).size]));
const size = (pattern) => sizes.filter(([name]) => pattern.test(name)).map(([, bytes]) => bytes);

const browser = await startBrowser();
const page = await openPage(browser, folder);

// Milliseconds from an action until something is true of the page, which may ask what the status of the table
// was before, and it is drawn. Both are code for the page, about arg.
async function timed(action, done, arg = null) {
	return page.evaluate(`(async () => {
		const arg = ${JSON.stringify(arg)};
		const before = document.querySelector(".page-status")?.textContent;
		const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
		await frame();
		const begun = performance.now();
		${action};
		while (!(${done})) {
			if (performance.now() - begun > 20000) throw new Error("no end: " + ${JSON.stringify(action)});
			await new Promise((resolve) => setTimeout(resolve));
		}
		await frame();
		await frame();
		return performance.now() - begun;
	})()`);
}

const SHOWN = "document.getElementById('main').dataset.shown === location.hash && [...document.querySelectorAll('.chart')].every((c) => c.firstElementChild)";
const GO = "location.hash = arg";
const type = "const s = document.getElementById('search'); s.value = arg; s.dispatchEvent(new Event('input'))";
const sort = "[...document.querySelectorAll('thead button')].find((b) => b.textContent.startsWith(arg)).click()";
const results = new Map();
const note = (name, milliseconds) => results.set(name, [...(results.get(name) ?? []), milliseconds]);

for (let run = -1; run < RUNS; run++) { // the first does not count
	const keep = run < 0 ? () => {} : note;
	const begun = performance.now();
	await page.goto("about:blank");
	await page.visit("#/");
	keep(OPENING, performance.now() - begun);
	for (const text of ["1", "19", "199", "19", "1", ""]) keep("search, a letter more or less", await timed(type, "document.querySelector('.page-status').textContent !== before", text));
	keep("sorted by name", await timed(sort, "document.querySelector('th[aria-sort]').textContent.startsWith(arg)", "Person"));
	keep("sorted by change", await timed(sort, "document.querySelector('th[aria-sort]').textContent.startsWith(arg)", "Change"));
	keep("the next 50", await timed("[...document.querySelectorAll('.pages button')].find((b) => b.textContent === 'Next').click()", "document.querySelector('.page-status').textContent !== before"));
	keep("one network", await timed("const s = document.getElementById('network'); s.value = arg; s.dispatchEvent(new Event('change'))", "location.hash.includes('network=blog') && document.querySelector('thead').textContent.includes('Points on')", "blog"));
	keep("a person's page, not seen before", await timed(GO, SHOWN, `#/person/${encodeURIComponent(best[(run + 2) * 19])}`));
	keep("six people compared", await timed(GO, SHOWN, `#/compare/${best.slice(run + 1, run + 7).map(encodeURIComponent).join("/")}`));
	keep("population", await timed(GO, SHOWN, "#/population"));
	keep("200 candidates", await timed(GO, SHOWN, `#/candidates?who=${encodeURIComponent(best.join("\n"))}&run=${run}`));
}
if (page.trouble.length) throw new Error(page.trouble.join("\n"));
await browser.close();
await rm(home, { recursive: true });

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const amount = await value(`SELECT bench.amount(${people})`, env);
for (const [name, times] of results) {
	const median = [...times].sort((a, b) => a - b)[times.length >> 1];
	const limit = name === OPENING ? LIMIT_OF_OPENING : LIMIT;
	await rows(`SELECT bench.report('report', ${quote(`pages of ${amount} people: ${name}`)}, bench.spread('{${times.map((t) => t.toFixed(1))}}', 'ms'), '', '', 'at most ${limit} ms',
		bench.verdict(${median <= limit}, ${median.toFixed(1)}, ${limit}))`, env);
}
const mb = (bytes) => (bytes / 1e6).toFixed(1);
await rows(`SELECT bench.remark(${quote(`report: script/report took ${seconds.toFixed(1)} s for ${amount} people with 31 publications; it wrote ${mb(size(/./).reduce((a, b) => a + b))} MB in ${sizes.length} files. ` +
	`The leaderboard loads ${mb(size(/^(board|accounts|list-0)\.js$/).reduce((a, b) => a + b))} MB, a person's page at most ${mb(Math.max(...size(/^people-/)))} MB more.`)})`, env);
