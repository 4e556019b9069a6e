// Builds the pages into a folder: node build.mjs FOLDER
//
// One script and one style sheet, both classic, so that the pages open from a disk (file://) as well as
// from a server: browsers refuse module scripts and fetch() there. What is built holds no data; script/report
// adds it as data/*.js. The same sources and package-lock.json give the same bytes.

import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "dist");

await mkdir(folder, { recursive: true });
await build({
	absWorkingDir: here,
	entryPoints: { report: "src/main.js", style: "src/style.css" },
	outdir: folder,
	bundle: true,
	format: "iife",
	minify: true,
	charset: "ascii",
	legalComments: "eof",
	target: ["chrome100", "firefox100", "safari15"],
	logLevel: "warning",
});
await copyFile(join(here, "src/index.html"), join(folder, "index.html"));
