import { h, name, personLink } from "../dom.js";
import { board } from "../data.js";
import * as f from "../format.js";
import { plainTable } from "../table.js";

const SHOWN = 10;

export async function perks() {
	return {
		title: "Perks",
		elements: [
			h("h1", "Perks"),
			board.perks.length === 0 && h("p", "This board has no perks."),
			h("div.cards", board.perks.map(perk)),
		],
	};
}

function perk(p, number) {
	const id = `perk-${number}`;
	const conditions = [
		`a score of ${f.score(p.from_score)} or more`,
		p.top_share !== null && `the best ${p.top_share * 100} %`,
		p.network !== null && h("span", "points on ", name(p.network)),
		p.topic !== "" && h("span", "in the topic ", name(p.topic)),
	].filter(Boolean);
	return h("section.card.perk", { "aria-labelledby": id },
		h("h2", { id }, name(p.perk), " ", h("span", { class: p.open && p.left > 0 ? "state open" : "state" }, p.left <= 0 ? "all gone" : p.open ? "open" : "closed")),
		h("p", "For: ", conditions.flatMap((c, i) => [i ? "; " : "", c]), "."),
		h("p.meter", h("span.value", f.count(p.left)), ` of ${f.count(p.capacity)} left`),
		h("meter", { min: 0, max: Math.max(1, p.capacity), value: p.left, "aria-label": `${p.left} of ${p.capacity} left` }),
		h("p", `${f.plural(p.qualify, "person qualifies", "people qualify")} and ${p.qualify === 1 ? "has" : "have"} none yet.`,
			(p.from_at || p.until_at) && ` Given out ${p.from_at ? `from ${f.day(p.from_at)}` : ""}${p.until_at ? ` until ${f.day(p.until_at)}` : ""}.`),
		p.next.length > 0 && line("Next in line", p.next.slice(0, SHOWN), true),
		p.next.length > SHOWN && h("details", h("summary", `And ${f.count(p.next.length - SHOWN)} more`), line("Further in line", p.next.slice(SHOWN))),
		p.grants.length > 0 && h("details", h("summary", `Given to ${f.plural(p.granted, "person", "people")}${p.granted > 100 ? ", the best 100 of them" : ""}`),
			plainTable({ caption: "Given to", columns: ["Person", "On", "Score then", "Rank then"], numbers: [1, 2, 3], rows: p.grants.map(([person, at, score, rank]) => [personLink(person), f.day(at), f.score(score), f.count(rank)]) })));
}

function line(caption, people, visible = false) {
	return plainTable({ caption, visible, columns: ["Person", "Score"], numbers: [1], rows: people.map(([person, score]) => [personLink(person), f.score(score)]) });
}
