// Takes the pictures of the documentation: node screenshots.mjs REPORT FOLDER

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { openPage, startBrowser } from "./board.mjs";

const [report, folder] = process.argv.slice(2);
const LIMIT = 150_000; // bytes of a picture
const browser = await startBrowser();

async function picture(name, hash, options) {
	const page = await openPage(browser, report, { reducedMotion: "reduce", viewport: { width: 1100, height: 800 }, ...options });
	const file = join(folder, `${name}.png`);
	await page.visit("#/");
	await page.visit(typeof hash === "function" ? await hash(page) : hash);
	await page.screenshot({ path: file });
	if (page.trouble.length) throw new Error(page.trouble.join("\n"));
	const { size } = await stat(file);
	console.log(`${file}: ${Math.ceil(size / 1000)} kB`);
	if (size > LIMIT) throw new Error(`${file} is too large`);
	await page.context().close();
}

await picture("leaderboard", "#/", { colorScheme: "light" });
await picture("person", (page) => page.locator("tbody th a").nth(12).getAttribute("href"), { colorScheme: "dark", viewport: { width: 1100, height: 970 } });
await browser.close();
