import { h, name, personLink } from "../dom.js";
import { board, findPerson, loadList, namePlaces } from "../data.js";
import { download, toCsv } from "../csv.js";
import * as f from "../format.js";
import { table } from "../table.js";
import { changeCell } from "./leaderboard.js";
import { partly } from "./person.js";

export async function candidates({ query, setQuery }) {
	const list = await loadList();
	const text = query.get("who") ?? "";
	const { found, missing } = await lookUp(text);
	const rows = found.map((c) => c.place).sort((a, b) => a - b);
	// equal scores share a place, as on the leaderboard
	const placeOf = new Map(rows.map((i) => [i, 1 + rows.filter((j) => list.rank[j] < list.rank[i]).length]));
	const asked = new Map(found.map((c) => [c.place, c.asked]));
	const state = { sort: "place", descending: false, page: 0 };

	const area = h("textarea", { id: "who", rows: 6, spellcheck: "false", "aria-describedby": "who-help" });
	area.value = text;
	const columns = [
		{ key: "place", label: "Place", number: true, value: (i) => i, cell: (i) => placeOf.get(i) },
		{ key: "person", label: "Candidate", row: true, value: (i) => namePlaces(list)[i], cell: (i) => [personLink(list.person[i]), asked.get(i) !== list.person[i] && h("span.soft", " (", name(asked.get(i)), ")")] },
		{ key: "score", label: "Score", number: true, value: (i) => -i, descending: true, cell: (i) => f.score(list.score[i]) },
		{ key: "percentile", label: "Of all, at or below", number: true, value: (i) => -i, descending: true, cell: (i) => f.percent(list.percentile[i]) },
		{ key: "change", label: "Change, 30 days", number: true, value: (i) => list.change_30[i], descending: true, cell: (i) => changeCell(list.change_30[i]) },
		{ key: "actions", label: "Actions", number: true, hide: "small", value: (i) => list.actions[i], descending: true, cell: (i) => f.count(list.actions[i]) },
		{ key: "reactors", label: "By people", number: true, value: (i) => list.reactors[i], descending: true, cell: (i) => f.count(list.reactors[i]) },
		{ key: "days", label: "On days", number: true, hide: "small", value: (i) => list.days[i], descending: true, cell: (i) => f.count(list.days[i]) },
		{ key: "last", label: "Last", number: true, value: (i) => list.last_day[i], descending: true, cell: (i) => f.day(list.last_day[i]) },
		{ key: "caution", label: "Caution", cell: (i) => h("span.caution-words", f.cautions(list.caution[i]).map(([, short]) => short).join("; ") || "\u2013") },
	];

	function save() {
		const head = ["place", "candidate", "asked_as", "score", "rank_of_all", "percent_at_or_below", "change_30", "reach", "consistency", "actions", "reactors", "days", "first_day", "last_day", "caution", "as_of", "fingerprint"];
		const lines = rows.map((i) => [placeOf.get(i), list.person[i], asked.get(i), list.score[i], list.rank[i], list.percentile[i], list.change_30[i], list.reach[i], list.consistency[i],
			list.actions[i], list.reactors[i], list.days[i], list.first_day[i], list.last_day[i], f.cautions(list.caution[i]).map(([, short]) => short).join("; "), board.as_of, board.fingerprint]);
		const unknown = missing.map((m) => ["", m, m, ...Array(11).fill(""), "not on this list: not the same as no influence", board.as_of, board.fingerprint]);
		download("candidates.csv", toCsv([head, ...lines, ...unknown]));
	}

	return {
		title: "Candidates",
		elements: [
			h("h1", "Candidates"),
			h("p.lead", "Paste a list of applicants; they are ranked with the evidence."),
			h("form.controls.stacked", { onsubmit: (event) => {
				event.preventDefault();
				setQuery({ who: area.value.trim() }, true);
			} },
				h("div.field.wide", h("label", { for: "who" }, "Names or accounts"), area, h("p.note", { id: "who-help" }, "One a line. The list is kept in the address of this page and nowhere else.")),
				h("div.buttons", h("button.primary", { type: "submit" }, "Rank"), rows.length + missing.length > 0 && h("button", { type: "button", onclick: save }, "Save as CSV"))),
			rows.length > 0 && table({ caption: "Candidates, ranked", columns, rows, state, pageSize: 200 }).element,
			missing.length > 0 && h("section", { "aria-labelledby": "missing" }, h("h2", { id: "missing" }, "Not on this list"),
				h("p", "That is not the same as no influence.", partly(list)), h("ul.missing", missing.map((m) => h("li", name(m))))),
			h("aside.card.caution", { "aria-label": "Caution" },
				h("h2", "Before you choose"),
				h("ul",
					h("li", "Never refuse anybody by the score alone. In many places that is forbidden."),
					h("li", "Read the reactions before you count them: it may have been applause, or a scandal."),
					h("li", "Ask applicants to confirm or correct what the number rests on, and tell them that you used it."),
					h("li", "Let it open a conversation, not end one."))),
		],
	};
}

async function lookUp(text) {
	const list = await loadList();
	const found = [];
	const missing = [];
	for (const line of new Set(text.split(/\r?\n/).map((part) => part.trim()).filter(Boolean))) {
		const person = await findPerson(line);
		if (person === null) missing.push(line);
		else if (!found.some((c) => c.person === person)) found.push({ person, place: list.place.get(person), asked: line });
	}
	return { found, missing };
}
