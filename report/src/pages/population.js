import { h } from "../dom.js";
import { board } from "../data.js";
import { dayLine, histogram, legend } from "../charts.js";
import * as f from "../format.js";
import { plainTable } from "../table.js";

// How the population moves: key of a day, heading, colour, format
const MOVES = [
	["average", "Average", "var(--series-1)", f.score],
	["cutoff", "Where the top 5 % begins", "var(--series-2)", f.score],
	["at_63", "People at 63 or more", "var(--series-3)", f.count],
	["people", "People on the board", "var(--series-4)", f.count],
];

export async function population({ query, setQuery }) {
	const topic = board.topics.find((t) => t.topic === (query.get("topic") ?? "")) ?? board.topics[0];
	const step = 100 / topic.histogram.length;
	const first = board.days[0];
	const last = board.days.at(-1);
	const dayRow = (d) => [f.day(d.day), f.count(d.people), f.score(d.average), f.score(d.median), f.score(d.cutoff), f.count(d.at_63)];
	const daysTable = () => plainTable({
		caption: "The population by day", columns: ["Day", "People", "Average", "Median", "Top 5 % from", "63 or more"], numbers: [1, 2, 3, 4, 5],
		rows: board.days.slice().reverse().map(dayRow) });

	return {
		title: "Population",
		elements: [
			h("h1", "Population"),
			h("dl.tiles", [["People", f.count(topic.people)], ["Average", f.score(topic.average)], ["Median", f.score(topic.median)],
				["Top 5 % begins at", f.score(topic.cutoff)], ["40 or more", f.count(topic.at_40)], ["63 or more", f.count(topic.at_63)]].map(([label, value]) => h("div", h("dt", label), h("dd", value)))),
			board.topics.length > 1 && h("div.controls", h("div.field", h("label", { for: "topic" }, "Topic"), h("select", { id: "topic", onchange: (event) => setQuery({ topic: event.target.value }, true) },
				board.topics.map((t) => h("option", { value: t.topic, selected: t === topic }, t.topic || "All topics"))))),
			h("div.cards",
				h("section.card.full", { "aria-labelledby": "spread" }, h("h2", { id: "spread" }, "How scores are spread"),
					histogram({
						topic,
						alt: `Histogram of ${f.count(topic.people)} scores. Average ${f.score(topic.average)}, median ${f.score(topic.median)}, the top 5 % begins at ${f.score(topic.cutoff)}; ${f.count(topic.at_40)} have 40 or more, ${f.count(topic.at_63)} have 63 or more.`,
						data: plainTable({ caption: "People by score", columns: ["Score", "People"], numbers: [1], rows: topic.histogram.map((people, i) => [`${i * step} to ${(i + 1) * step}`, f.count(people)]) }),
					}),
					legend([["below 40", "var(--accent-soft)"], ["from 40", "var(--accent)"], ["from 63", "var(--series-2)"]]),
					h("p.note", "With the default recipe, fitted to a community, the average of those who are active is near 40, and 63 is where their top 5 % begins.")),
				board.days.length > 1 && MOVES.map(([key, label, colour, format]) => h("section.card", { "aria-labelledby": key }, h("h2", { id: key }, label),
					dayLine({ days: board.days, value: (d) => d[key], colour, format,
						alt: `${label}: from ${format(first[key])} on ${f.day(first.day)} to ${format(last[key])} on ${f.day(last.day)}.` }))),
				board.days.length > 1 && h("section.card.full", { "aria-labelledby": "days" }, h("h2", { id: "days" }, "Day by day"), h("details", h("summary", "The numbers as a table"), daysTable()))),
			topic.topic !== "" && board.days.length > 1 && h("p.note", "What moves is shown for all topics together."),
		],
	};
}
