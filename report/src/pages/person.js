import { h, name, personHash } from "../dom.js";
import { board, findPerson, loadList, loadPerson } from "../data.js";
import { changeBars, firmness, legend, scoreLines, stackedBars, strip } from "../charts.js";
import * as f from "../format.js";
import { plainTable } from "../table.js";

export async function person({ path, go }) {
	const wanted = path[0] ?? "";
	const found = await findPerson(wanted);
	if (found === null) return unknown(wanted, await loadList());
	if (found !== wanted) return go(personHash(found));

	const p = await loadPerson(found);
	const { list, place } = p;
	const topic = board.topics[0];
	const score = list.score[place];
	const actions = list.actions[place];
	const warnings = f.cautions(list.caution[place]);

	return {
		title: found,
		elements: [
			h("p.crumbs", h("a", { href: "#/" }, "Leaderboard"), " / person"),
			h("header.person", h("h1", name(found)),
				h("p.actions", h("a.button", { href: `#/compare/${encodeURIComponent(found)}` }, "Compare"),
					h("button", { type: "button", onclick: () => print() }, "Print"))),
			h("div.cards",
				card("Score", "score-card",
					h("p.big", h("span.value", f.score(score)), h("span.of", " of 100")),
					h("p.band", h("strong", f.band(list.percentile[place], topic.people)), ` \u00b7 rank ${f.count(list.rank[place])} of ${f.count(topic.people)} \u00b7 `,
						`${f.percent(list.percentile[place])} have this score or less`),
					strip({ score, topic }),
					legend([["middle half", "var(--band-inner)"], ["nine in ten", "var(--band-outer)"], [`top 5 % begins at ${f.score(topic.cutoff)}`, "var(--mark)"]])),
				card("The last 90 days", "line-card", line(p, score)),
				card("Where the points come from", "parts-card", parts(p, score)),
				card(board.before ? `What changed since ${f.day(board.before)}, and why` : "What changed", "changes-card", changes(p, score, place)),
				card("Statement of evidence", "statement-card", statement(p, score)),
				card("How sure is it?", "firm-card", sureness(p, score, actions)),
				p.topics && card("By topic", "topics-card", plainTable({
					caption: "Scores by topic", columns: ["Topic", "Score"], numbers: [1], rows: p.topics.map(([t, s]) => [name(t), f.score(s)]) })),
				h("section.card.caution", { "aria-labelledby": "caution" }, h("h2", { id: "caution" }, "Before you use it"),
					warnings.length > 0 && h("ul", warnings.map(([, short, long]) => h("li", h("strong", `${short[0].toUpperCase()}${short.slice(1)}. `), long))),
					h("p", "This number is evidence of how many different people reacted lately, and on how many days, in the networks that were ingested. It says nothing about skill, character, truth or worth: a scandal scores, and work in networks that are not counted scores 0."),
					h("p", h("strong", "Do not decide about people by this number alone"), ": not hiring, not pay, not credit, not who gets help. Where it plays a part, show the person this page, let them correct the facts, and let a human decide. The law may ask for that too."))),
			h("p.note", `As of ${f.day(board.as_of)}. Recipe ${board.fingerprint}.`),
		],
	};
}

// Where only the highest scores are listed
export function partly(list) {
	return list.length < board.topics[0].people ? ` The list has the ${f.count(list.length)} highest of ${f.count(board.topics[0].people)} only.` : "";
}

function unknown(wanted, list) {
	return {
		title: "Not found",
		elements: [
			h("h1", "Not on this list"),
			h("p", "Nobody of the name or account ", h("strong", name(wanted || "(none)")), " is listed here. That is not the same as no influence.", partly(list)),
			h("p", h("a.button", { href: `#/?q=${encodeURIComponent(wanted)}` }, "Search for it")),
		],
	};
}

function card(title, id, ...content) {
	return h(`section.card.${id}`, { "aria-labelledby": id }, h("h2", { id }, title), content);
}

function line(p, score) {
	if (!p.days || p.days.length < 2) return h("p", "There is one publication only: a line needs two.");
	const points = p.days.map((day, i) => ({ day, score: p.scores[i], rank: p.ranks[i] }));
	const first = points[0];
	const last = points.at(-1);
	return [
		scoreLines({
			series: [{ name: p.person, colour: "var(--accent)", points }],
			alt: `Line of the score, from ${f.score(first.score)} on ${f.day(first.day)} to ${f.score(last.score)} on ${f.day(last.day)}; ` +
				`lowest ${f.score(Math.min(...p.scores))}, highest ${f.score(Math.max(...p.scores))}.`,
			data: plainTable({ caption: "Score and rank by day", columns: ["Day", "Score", "Rank"], numbers: [1, 2],
				rows: points.toReversed ? points.toReversed().map(pointRow) : points.slice().reverse().map(pointRow) }),
		}),
	];
}

const pointRow = (point) => [f.day(point.day), f.score(point.score), f.count(point.rank)];

function parts(p, score) {
	if (!p.parts) return h("p", "A score of 0 has no parts.");
	const networks = [...new Set(p.parts.map(([, network]) => network))];
	const names = [...new Set(p.parts.map(([part]) => part))];
	const bars = stacked(p.parts.map(([part, network, , points]) => ({ row: f.PARTS[part] ?? part, network, value: points })), score);
	const total = p.parts.reduce((sum, [, , , points]) => sum + points, 0);
	return [
		stackedBars({
			rows: names.map((part) => f.PARTS[part] ?? part), bars,
			alt: `Points by part and network: ${p.parts.map(([part, network, , points]) => `${f.PARTS[part] ?? part} on ${network} ${f.score(points)}`).join("; ")}.`,
		}),
		networks.length > 1 && legend(networks.map((network) => [name(network), board.colours.get(network)])),
		plainTable({
			caption: "Points by part and network", columns: ["Part", "Network", "Amount", "Points"], numbers: [2, 3], hide: networkColumn(1),
			rows: p.parts.map(([part, network, amount, points]) => [h("span", { title: f.PART_MEANINGS[part] }, f.PARTS[part] ?? part), name(network), f.amountOf(part, amount), f.score(points)]),
			foot: ["Together", "", "", f.score(Math.abs(total - score) < 0.03 ? score : total)],
		}),
		Math.abs(total - score) >= 0.03 && h("p.note", "Facts arrived after the score was published; the parts have them already."),
		h("p.note", "Reach: different people who reacted, each counted once, fading with the age of their last reaction. Consistency: days with at least one reaction, fading slowly."),
	];
}

// A network that is the only one need not be said on narrow screens
const networkColumn = (i) => (board.networks.length < 2 ? [i] : []);

// Adds what stacked bars need: where each begins, its colour and its label
export function stacked(bars, whole) {
	const ends = new Map();
	return bars.map((bar) => {
		const begin = ends.get(bar.row) ?? 0;
		ends.set(bar.row, begin + bar.value);
		return { colour: board.colours.get(bar.network), ...bar, middle: begin + bar.value / 2, share: bar.value / (whole || 1),
			label: f.score(bar.value), title: `${bar.row}, ${bar.network}: ${f.score(bar.value)}` };
	});
}

function changes(p, score, place) {
	if (!board.before) return h("p", "There is no earlier publication to compare with.");
	if (p.before === null) return h("p", "This person was not on the board then.");
	const change = score - p.before;
	const [newActions, newDays] = p.new;
	const rows = (p.changes ?? []).map(([part, network, before, after, difference]) => ({
		label: network && board.networks.length > 1 ? `${f.PARTS[part] ?? part}, ${network}` : f.PARTS[part] ?? part,
		part, network, before, after, change: difference,
	}));
	const known = rows.reduce((sum, row) => sum + row.before, 0);
	// what a replay of the actions up to then does not have of the score that was published then
	if (p.changes && Math.abs(p.before - known) >= 0.03) {
		rows.push({ label: "Learned since then", part: "learned", network: null, before: p.before - known, after: 0, change: known - p.before });
	}
	const up = rows.filter((row) => row.change > 0.005).sort((a, b) => b.change - a.change);
	const down = rows.filter((row) => row.change < -0.005).sort((a, b) => a.change - b.change);
	return [
		h("p.lead", h("strong", { class: change > 0 ? "up" : change < 0 ? "down" : "" }, f.change(change)), ` points, from ${f.score(p.before)} to ${f.score(score)}. `, reason(newActions, newDays, change)),
		rows.length > 0 && changeBars({ rows, alt: `Changes of points: ${rows.map((row) => `${row.label} ${f.change(row.change)}`).join("; ")}.` }),
		rows.length > 0 && plainTable({
			caption: "Points before and after", columns: ["Part", "Network", "Before", "After", "Change"], numbers: [2, 3, 4], hide: [...networkColumn(1), 2],
			rows: rows.map((row) => [row.part === "learned" ? "Learned since then" : f.PARTS[row.part] ?? row.part, row.network ? name(row.network) : "", f.score(row.before), f.score(row.after), f.change(row.change)]),
			foot: ["Together", "", f.score(p.before), f.score(score), f.change(change)],
		}),
		up.length > 0 && down.length > 0 && h("p.note", "Points share out one score: when one part of it fades, the other parts may stand for more of what is left."),
		rows.some((row) => row.part === "learned") && h("p.note", "Learned since then: late facts, and reactors about whom more is known by now."),
		!board.reasons && h("p.note", "This report was made without the reasons part by part."),
	];
}

function reason(actions, days, change) {
	if (actions === 0) return "Nothing new arrived; older reactions faded.";
	const arrived = `${f.plural(actions, "reaction", "reactions")} on ${f.plural(days, "day", "days")} arrived`;
	if (change > 0.005) return `${arrived}, more than what faded.`;
	if (change < -0.005) return `${arrived}, less than what faded.`;
	return `${arrived}, as much as what faded.`;
}

function statement(p, score) {
	if (!p.statement) return h("p", "No actions are known.");
	const rows = p.statement.map(([network, kind, actions, first, last, points]) => [
		kind === null ? h("i", "audience, own posts") : name(kind), name(network), f.count(actions), f.day(first), f.day(last), f.score(points)]);
	return [
		plainTable({ caption: "What was received, and what it brings now", columns: ["Kind", "Network", "Actions", "First", "Last", "Points"], numbers: [2, 3, 4, 5], hide: [...networkColumn(1), 3], rows }),
		p.accounts && h("p", "Accounts linked to this person: ", p.accounts.flatMap(([network, account], i) => [i ? ", " : "", name(String(account)), " on ", name(network)]), "."),
		h("p.note", "Something wrong here? The facts can be corrected, and you may opt out: ask the publisher of this page."),
	];
}

function sureness(p, score, actions) {
	const { list, place } = p;
	return [
		h("p", `It rests on ${f.plural(actions, "action", "actions")} by ${p.sampled ? "about " : ""}${f.plural(list.reactors[place], "person", "people")} on ${f.plural(list.days[place], "day", "days")}, ` +
			`from ${f.day(list.first_day[place])} to ${f.day(list.last_day[place])}.`,
			p.sampled ? " On a network with more than 256 reactors reach is estimated from a sample, to some 6 %." : " All of these people are counted one by one."),
		p.firm && p.firm[0] !== null && [
			h("p", "Without any one tenth of the people who reacted, the score would be between ", h("strong.firm-low", f.score(p.firm[0])), " and ", h("strong.firm-high", f.score(p.firm[1])), "."),
			firmness({ low: p.firm[0], high: p.firm[1], score, alt: `Between ${f.score(p.firm[0])} and ${f.score(p.firm[1])} on a scale from 0 to 100.` }),
			h("p.note", score - p.firm[0] > 10 ? "It stands on few people." : score - p.firm[0] > 3 ? "A few people make a difference." : "No small group of people decides it."),
		],
	];
}
