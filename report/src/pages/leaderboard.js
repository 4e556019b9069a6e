import { announce, h, name, personLink } from "../dom.js";
import { board, loadList, namePlaces, search } from "../data.js";
import * as f from "../format.js";
import { table } from "../table.js";

const SPANS = [[1, "1 day"], [7, "7 days"], [30, "30 days"], [90, "90 days"]];

export async function leaderboard({ query, setQuery }) {
	const number = Math.max(0, board.topics.findIndex((t) => t.topic === (query.get("topic") ?? "")));
	const topic = board.topics[number];
	const list = await loadList(number);
	const network = board.networks.includes(query.get("network")) ? query.get("network") : "";
	const span = SPANS.some(([days]) => String(days) === query.get("span")) ? query.get("span") : "30";
	const points = network && (list.networks?.[network] ?? Array(list.length).fill(null));
	const state = {
		sort: query.get("sort") ?? (network ? "points" : "rank"),
		descending: query.has("sort") ? query.get("down") === "1" : Boolean(network),
		page: (Number(query.get("page")) || 1) - 1,
	};
	const chosen = new Set();
	const change = list[`change_${span}`];
	const everybody = list.person.map((_, i) => i).filter((i) => !network || points[i] > 0);

	const columns = [
		{ key: "chosen", label: h("span.visually-hidden", "Compare"), cell: choice, hide: "print" },
		{ key: "rank", label: "Rank", number: true, value: (i) => i, cell: (i) => f.count(list.rank[i]) },
		{ key: "person", label: "Person", row: true, value: (i) => namePlaces(list)[i], cell: (i) => personLink(list.person[i]) },
		{ key: "score", label: "Score", value: (i) => -i, descending: true, cell: (i) => scoreCell(list, i) },
		{ key: "percentile", label: "At or below", title: "Share of people who have that score or less", number: true, hide: "small", value: (i) => -i, descending: true, cell: (i) => f.percent(list.percentile[i]) },
		{ key: "change", label: `Change, ${SPANS.find(([days]) => String(days) === span)[1]}`, number: true, value: (i) => change[i], descending: true, cell: (i) => changeCell(change[i]) },
		network && { key: "points", label: `Points on ${network}`, number: true, value: (i) => points[i], descending: true, cell: (i) => f.score(points[i]) },
		{ key: "reach", label: "Reach", title: "Different people who reacted, fading", number: true, hide: "small", value: (i) => list.reach[i], descending: true, cell: (i) => f.score(list.reach[i]) },
		{ key: "consistency", label: "Consistency", title: "Days on which anybody reacted, fading slowly", number: true, hide: "medium", value: (i) => list.consistency[i], descending: true, cell: (i) => f.score(list.consistency[i]) },
		{ key: "last", label: "Last reaction", number: true, hide: "medium", value: (i) => list.last_day[i], descending: true, cell: (i) => f.day(list.last_day[i]) },
	].filter(Boolean);
	const rows = await filtered(query.get("q") ?? "");
	const view = table({ caption: "Leaderboard", columns, rows, state, onchange: remember, empty: "Nobody of that name is on this list." });

	const bar = h("div.compare-bar", { hidden: true });

	function choice(i) {
		const person = list.person[i];
		return h("input", { type: "checkbox", "aria-label": `Compare ${person}`, checked: chosen.has(person), onchange: (event) => {
			if (event.target.checked && chosen.size === 6) {
				event.target.checked = false;
				announce("At most six can be compared");
				return;
			}
			if (event.target.checked) chosen.add(person);
			else chosen.delete(person);
			bar.hidden = chosen.size === 0;
			bar.replaceChildren(h("a.button", { href: `#/compare/${[...chosen].map(encodeURIComponent).join("/")}` }, `Compare ${chosen.size} of 6`),
				h("span", [...chosen].flatMap((p, n) => [n ? ", " : "", name(p)])));
		} });
	}

	async function filtered(text) {
		if (!text.trim()) return everybody;
		const found = await search(list, text.trim());
		return network ? found.filter((i) => points[i] > 0) : found;
	}

	function remember() {
		setQuery({
			q: input.value.trim(), topic: topic.topic, network, span: span === "30" ? "" : span,
			sort: state.sort === "rank" && !state.descending ? "" : state.sort,
			down: state.descending ? "1" : "", page: state.page ? state.page + 1 : "",
		});
	}

	const input = h("input", { type: "search", id: "search", value: query.get("q") ?? "", autocomplete: "off", spellcheck: "false", oninput: async () => {
		const text = input.value;
		const next = await filtered(text);
		if (text !== input.value) return;
		view.setRows(next);
		remember();
	}, onkeydown: (event) => {
		const first = view.element.querySelector("tbody a");
		if (event.key === "Enter" && first) location.hash = first.getAttribute("href");
	} });
	const select = (id, label, options, value, key) => h("div.field", h("label", { for: id }, label),
		h("select", { id, onchange: (event) => {
			setQuery({ q: input.value.trim(), topic: topic.topic, network, span, [key]: event.target.value }, true);
		} }, options.map(([v, text]) => h("option", { value: v, selected: String(v) === value }, text))));

	return {
		title: "Leaderboard",
		elements: [
			h("h1", "Leaderboard"),
			h("dl.tiles",
				tile("People", f.count(topic.people)),
				tile("Average", f.score(topic.average)),
				tile("Top 5 % begins at", f.score(topic.cutoff)),
				tile("63 or more", f.count(topic.at_63)),
				list.length && tile("In front", personLink(list.person[0]))),
			h("form.controls", { role: "search", onsubmit: (event) => event.preventDefault() },
				h("div.field.wide", h("label", { for: "search" }, "Search a person or account"), input),
				board.topics.length > 1 && select("topic", "Topic", board.topics.map((t) => [t.topic, t.topic || "All topics"]), topic.topic, "topic"),
				board.networks.length > 1 && select("network", "Network", [["", "All networks"], ...board.networks.map((n) => [n, n])], network, "network"),
				select("span", "Change over", SPANS, span, "span")),
			list.length < topic.people && h("p.note", `These are the ${f.count(list.length)} highest of ${f.count(topic.people)}.`),
			board.all_topics > board.topics.length - 1 && h("p.note", `The ${f.count(board.topics.length - 1)} largest of ${f.count(board.all_topics)} topics are listed.`),
			view.element,
			bar,
			h("p.note", "A score is evidence of one thing: how many different people reacted to a person lately, and on how many days. Differences of a few points mean little."),
		],
	};
}

function tile(label, value) {
	return h("div", h("dt", label), h("dd", value));
}

// The number, and a bar of the points by network
function scoreCell(list, i) {
	const parts = Object.entries(list.networks ?? {}).filter(([, points]) => points[i] > 0);
	return h("div.score", h("span.value", f.score(list.score[i])), h("span.bar", { "aria-hidden": "true" },
		parts.map(([network, points]) => h("span", { style: `width:${points[i]}%;background:${board.colours.get(network)}`, title: `${network}: ${f.score(points[i])}` }))));
}

export function changeCell(x) {
	if (x === null || x === undefined) return h("span.soft", { title: "Not there at that time" }, "\u2013");
	return h("span", { class: x > 0 ? "up" : x < 0 ? "down" : "soft" }, f.change(x));
}
