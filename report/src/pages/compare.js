import { h, name, personLink } from "../dom.js";
import { board, findPerson, loadPerson } from "../data.js";
import { legend, scoreLines, stackedBars } from "../charts.js";
import { picker } from "../picker.js";
import * as f from "../format.js";
import { plainTable } from "../table.js";
import { changeCell } from "./leaderboard.js";
import { stacked } from "./person.js";

const LIMIT = 6;

export async function compare({ path, go }) {
	const wanted = [...new Set(path.filter(Boolean))].slice(0, LIMIT);
	const people = [];
	const missing = [];
	for (const text of wanted) {
		const found = await findPerson(text);
		if (found === null) missing.push(text);
		else if (!people.some((p) => p.person === found)) people.push(await loadPerson(found));
	}
	const hashOf = (names) => `#/compare/${names.map(encodeURIComponent).join("/")}`;
	const names = people.map((p) => p.person);
	const colours = people.map((_, i) => `var(--series-${i + 1})`);
	const at = (p, column) => p.list[column][p.place];

	return {
		title: names.length ? `Compare ${names.join(", ")}` : "Compare",
		elements: [
			h("h1", "Compare"),
			h("p.lead", "Up to six side by side: people, or a company and its competitors."),
			names.length < LIMIT && await picker({ label: "Add a person or account", button: "Add", onpick: (person) => go(hashOf([...names, person])) }),
			missing.length > 0 && h("p.note.missing", { role: "alert" }, "Not on this list: ", missing.flatMap((m, i) => [i ? ", " : "", name(m)]), "."),
			people.length > 0 && h("ul.chips", people.map((p, i) => h("li", h("span.swatch", { style: `background:${colours[i]}`, "aria-hidden": "true" }), personLink(p.person),
				h("button", { type: "button", "aria-label": `Remove ${p.person}`, onclick: () => go(hashOf(names.filter((n) => n !== p.person))) }, "\u00d7")))),
			people.length > 0 && h("div.cards",
				h("section.card.full", { "aria-labelledby": "lines" }, h("h2", { id: "lines" }, "The last 90 days"),
					scoreLines({
						series: people.map((p, i) => ({ name: p.person, colour: colours[i], points: (p.days ?? []).map((day, n) => ({ day, score: p.scores[n], rank: p.ranks[n] })) })),
						alt: `Lines of the scores. ${people.map((p) => (p.days ? `${p.person}: from ${f.score(p.scores[0])} to ${f.score(p.scores.at(-1))}` : `${p.person}: none`)).join("; ")}.`,
						data: days(people),
					})),
				h("section.card.full", { "aria-labelledby": "beside" }, h("h2", { id: "beside" }, "Side by side"),
					plainTable({
						caption: "Side by side", columns: [h("span.visually-hidden", "Fact"), ...people.map((p) => personLink(p.person))], numbers: people.map((_, i) => i + 1),
						rows: [
							["Score", ...people.map((p) => h("strong", f.score(at(p, "score"))))],
							["Rank", ...people.map((p) => f.count(at(p, "rank")))],
							["At or below", ...people.map((p) => f.percent(at(p, "percentile")))],
							...[7, 30, 90].map((n) => [`Change, ${n} days`, ...people.map((p) => changeCell(at(p, `change_${n}`)))]),
							["Reach", ...people.map((p) => f.score(at(p, "reach")))],
							["Consistency", ...people.map((p) => f.score(at(p, "consistency")))],
							["Actions", ...people.map((p) => f.count(at(p, "actions")))],
							["People who reacted", ...people.map((p) => f.count(at(p, "reactors")))],
							["Days with reactions", ...people.map((p) => f.count(at(p, "days")))],
							["Last reaction", ...people.map((p) => f.day(at(p, "last_day")))],
							["Without a tenth of the people", ...people.map((p) => (p.firm && p.firm[0] !== null ? `${f.score(p.firm[0])}\u2013${f.score(p.firm[1])}` : "\u2013"))],
							["Caution", ...people.map((p) => f.cautions(at(p, "caution")).map(([, short]) => short).join("; ") || "\u2013")],
						],
					})),
				pointsCard(people)),
		].flat(),
	};
}

// By network, or by part where there is only one network
function pointsCard(people) {
	const single = board.networks.length < 2;
	const pieces = (p) => (single ? (p.parts ?? []).map(([part, , , points]) => [part, points]) : byNetwork(p));
	const label = (key) => (single ? f.PARTS[key] ?? key : key);
	const keys = single ? Object.keys(f.PARTS) : board.networks;
	const colour = (key) => (single ? `var(--series-${keys.indexOf(key) + 1})` : board.colours.get(key));
	const title = single ? "Points by part" : "Points by network";
	return h("section.card.full", { "aria-labelledby": "points" }, h("h2", { id: "points" }, title),
		stackedBars({
			rows: people.map((p) => p.person),
			bars: stacked(people.flatMap((p) => pieces(p).map(([key, points]) => ({ row: p.person, network: label(key), colour: colour(key), value: points }))), 100),
			domain: [0, 100],
			alt: people.map((p) => `${p.person}: ${pieces(p).map(([key, points]) => `${label(key)} ${f.score(points)}`).join(", ")}`).join("; "),
		}),
		legend(keys.filter((key) => people.some((p) => pieces(p).some(([k]) => k === key))).map((key) => [name(label(key)), colour(key)])));
}

function byNetwork(p) {
	return Object.entries(p.list.networks ?? {}).map(([network, points]) => [network, points[p.place]]).filter(([, points]) => points > 0);
}

function days(people) {
	const all = [...new Set(people.flatMap((p) => p.days ?? []))].sort().reverse();
	return plainTable({
		caption: "Scores by day", columns: ["Day", ...people.map((p) => name(p.person))], numbers: people.map((_, i) => i + 1),
		rows: all.map((day) => [f.day(day), ...people.map((p) => f.score(p.scores?.[p.days.indexOf(day)]))]),
	});
}
