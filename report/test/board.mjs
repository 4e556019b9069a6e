// What the tests and the benchmark of the pages share: psql, script/report and a browser.

import { execFile, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
export const top = fileURLToPath(new URL("../..", import.meta.url));

// The rows of a query as arrays of strings; NULL is an empty string
export async function rows(sql, env = {}) {
	const { stdout } = await run(process.env.PSQL ?? "psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-F", "\u0001", "-R", "\u0002", "-c", sql],
		{ env: { ...process.env, PGCLIENTENCODING: "UTF8", PGTZ: "UTC", PGOPTIONS: "-c client_min_messages=warning", ...env }, maxBuffer: 1 << 28 });
	const text = stdout.replace(/\n$/, "");
	return text === "" ? [] : text.split("\u0002").map((row) => row.split("\u0001"));
}

export async function value(sql, env) {
	return (await rows(sql, env))[0]?.[0];
}

// Runs a file of SQL
export async function runFile(file, env = {}) {
	await run(process.env.PSQL ?? "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file], { env: { ...process.env, ...env } });
}

// Runs script/report; its exit status and what it said
export function report(args, env = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.env.SCRIPT_REPORT ?? join(top, "script/report"), args, { env: { ...process.env, ...env } });
		let said = "";
		child.stdout.on("data", (data) => { said += data; });
		child.stderr.on("data", (data) => { said += data; });
		child.on("error", reject);
		child.on("close", (status) => resolve({ status, said }));
	});
}

export function startBrowser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}

// A page that notes everything that should not happen: messages on the console, errors, dialogs and
// requests to elsewhere than the folder
export async function openPage(browser, folder, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en", ...options });
	const page = await context.newPage();
	const home = options.home ?? `${pathToFileURL(folder).href}/`;
	page.trouble = [];
	page.on("console", (message) => page.trouble.push(`${message.type()}: ${message.text()}`));
	page.on("pageerror", (error) => page.trouble.push(`error: ${error.message}`));
	page.on("dialog", (dialog) => {
		page.trouble.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	page.on("request", (request) => {
		if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(home)) page.trouble.push(`request: ${request.url()}`);
	});
	page.on("requestfailed", (request) => page.trouble.push(`failed: ${request.url()}`));
	page.visit = async (hash) => {
		if (page.url().startsWith(home)) await page.evaluate((h) => { location.hash = h; }, hash);
		else await page.goto(`${home}index.html${hash}`);
		await page.settled(hash);
	};
	// until the page of this address is shown and its charts are drawn
	page.settled = async (hash) => {
		await page.waitForFunction((h) => (h === undefined || location.hash === h) && document.getElementById("main").dataset.shown === location.hash &&
			[...document.querySelectorAll(".chart")].every((chart) => chart.firstElementChild), hash);
	};
	return page;
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

// Serves a folder; returns its address and how to end
export function serve(folder) {
	const server = createServer((request, response) => {
		const file = join(folder, normalize(decodeURIComponent(new URL(request.url, "http://x").pathname)));
		response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
		createReadStream(file).on("error", () => {
			response.statusCode = 404;
			response.end();
		}).pipe(response);
	});
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () =>
		resolve({ home: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() })));
}

// The cells of a table as text, row by row
export function cells(page, selector) {
	return page.$$eval(`${selector} > tbody > tr`, (trs) => trs.map((tr) => [...tr.children].map((cell) => cell.textContent)));
}
