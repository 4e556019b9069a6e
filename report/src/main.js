// The pages of a board. Which page is shown is in the part of the address behind #, so that one file is
// enough, from a disk too:
//
//   #/                         leaderboard   ?q= &topic= &network= &span= &sort= &down= &page=
//   #/person/NAME              one person
//   #/compare/NAME/NAME...     up to six
//   #/population               ?topic=
//   #/candidates               ?who=
//   #/perks

import { board, loadBoard } from "./data.js";
import { h, name } from "./dom.js";
import * as f from "./format.js";
import { candidates } from "./pages/candidates.js";
import { compare } from "./pages/compare.js";
import { leaderboard } from "./pages/leaderboard.js";
import { perks } from "./pages/perks.js";
import { person } from "./pages/person.js";
import { population } from "./pages/population.js";

const PAGES = { "": leaderboard, person, compare, population, candidates, perks };
const NAVIGATION = [["", "Leaderboard"], ["compare", "Compare"], ["population", "Population"], ["candidates", "Candidates"], ["perks", "Perks"]];

const main = document.getElementById("main");
let turn = 0; // of show(): who is overtaken gives up

function address() {
	const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
	const parts = path.split("/").map((part) => {
		try {
			return decodeURIComponent(part);
		} catch {
			return part;
		}
	});
	return { page: parts[0], path: parts.slice(1), query: new URLSearchParams(query ?? "") };
}

async function show(focus) {
	const mine = ++turn;
	const { page, path, query } = address();
	const at = location.hash;
	let content;
	try {
		content = await (board.topics ? PAGES[Object.hasOwn(PAGES, page) ? page : ""] : nobody)({
			path,
			query,
			go: (hash) => {
				location.replace(hash);
			},
			// keeps what was chosen in the address; again: and shows the page anew
			setQuery: (values, again = false) => {
				const kept = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined)).toString();
				const hash = `#/${page}${kept ? `?${kept}` : ""}`;
				history.replaceState(null, "", hash);
				if (again) show(document.activeElement?.id);
			},
		});
	} catch (error) {
		content = { title: "Error", elements: [h("h1", "This page cannot be shown"), h("p", { role: "alert" }, String(error.message))] };
		console.error(error);
	}
	if (mine !== turn || !content) return;
	document.title = `${content.title} \u00b7 ${board.board ?? "klout"}`;
	main.replaceChildren(...content.elements.flat().filter(Boolean));
	for (const link of document.querySelectorAll("#nav a")) {
		if (link.dataset.page === page) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
	main.dataset.shown = at; // a test waits for it
	if (typeof focus === "string" && focus) document.getElementById(focus)?.focus();
	else if (focus === true) {
		scrollTo(0, 0);
		main.focus({ preventScroll: true });
	}
}

async function nobody() {
	return { title: "Nobody", elements: [h("h1", "Nobody is on this board yet"), h("p", "The last publication had nobody to score.")] };
}

async function start() {
	try {
		await loadBoard();
	} catch (error) {
		main.replaceChildren(h("h1", "No data"), h("p", { role: "alert" }, `${error.message}. script/report makes these pages, with their data.`));
		return;
	}
	document.getElementById("board").textContent = board.board;
	document.getElementById("nav").append(...NAVIGATION.map(([page, label]) => h("a", { href: `#/${page}`, "data-page": page }, label)));
	document.getElementById("footer").append(
		h("p", "Board ", h("strong", name(board.board)), ` as of ${f.day(board.as_of)}, ${f.toDate(board.as_of).toISOString().slice(11, 16)} UTC`, ` \u00b7 recipe ${board.fingerprint}`),
		board.held ? h("p.note", `A later publication, of ${f.day(board.held.at)}, was held back: ${board.held.reason}.`) : "",
		h("p", "Scores are computed in the database; these pages only show them."));
	addEventListener("hashchange", () => show(true));
	document.querySelector(".skip").addEventListener("click", (event) => {
		event.preventDefault();
		main.focus();
	});
	await show(false);
}

start();
