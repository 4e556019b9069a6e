// Charts, drawn by Observable Plot. Colours are variables of the style sheet, so that light and dark need
// no second drawing. Each chart is a figure: an image with a sentence that says what it shows, and the
// numbers beside it or in a table below it.

import { areaY, axisX, axisY, barX, dot, gridY, lineY, plot, pointerX, rectY, ruleX, ruleY, text, tip, tickX } from "@observablehq/plot";
import { h } from "./dom.js";
import * as f from "./format.js";

const FONT = { fontFamily: "inherit", fontSize: "12px", overflow: "visible" };

// figure({ alt (what it shows, in words), draw(width) -> svg, data (a table) }): draws again when the width changes
export function figure({ alt, draw, data = null, className = "" }) {
	const canvas = h("div.chart", { role: "img", "aria-label": alt });
	let width = 0;
	const observer = new ResizeObserver(([entry]) => {
		const now = Math.floor(entry.contentRect.width);
		if (now < 1 || now === width) return;
		width = now;
		const drawing = draw(width);
		drawing.setAttribute("aria-hidden", "true"); // the words say it
		canvas.replaceChildren(drawing);
	});
	observer.observe(canvas);
	return h("figure", { class: className || null }, canvas, data && h("details", h("summary", "The numbers as a table"), data));
}

// What colours mean, for charts of several
export function legend(entries) {
	return h("ul.legend", entries.map(([label, colour]) => h("li", h("span.swatch", { style: `background:${colour}`, "aria-hidden": "true" }), label)));
}

// The scale from 0 to 100 with the middle half, the middle 90 % and the position of a person
export function strip({ score, topic }) {
	const [p5, p25, p50, p75, p95] = topic.quantiles;
	return figure({
		className: "strip",
		alt: `On a scale from 0 to 100: score ${f.score(score)}. Half of all people have from ${f.score(p25)} to ${f.score(p75)}, ` +
			`nine in ten from ${f.score(p5)} to ${f.score(p95)}; the top 5 % begin at ${f.score(topic.cutoff)}.`,
		draw: (width) => plot({
			width, height: 86, marginLeft: 8, marginRight: 8, marginTop: 30, marginBottom: 30, style: FONT,
			x: { domain: [0, 100], ticks: width < 420 ? [0, 20, 40, 60, 80, 100] : [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], label: null, tickSize: 0 },
			y: { axis: null, domain: [0, 1] },
			marks: [
				barStrip(0, 100, "var(--track)"),
				barStrip(p5, p95, "var(--band-outer)"),
				barStrip(p25, p75, "var(--band-inner)"),
				tickX([p50], { x: (d) => d, stroke: "var(--text-soft)", strokeWidth: 2, insetTop: 2, insetBottom: 2 }),
				ruleX([topic.cutoff], { stroke: "var(--mark)", strokeDasharray: "3 3", y1: -0.2, y2: 1.2, clip: false }),
				dot([score], { x: (d) => d, y: 0.5, r: 8, fill: "var(--accent)", stroke: "var(--surface)", strokeWidth: 2.5, ariaLabel: "score" }),
				text([score], { x: (d) => d, y: 1, dy: -9, text: () => f.score(score), fill: "currentColor", fontWeight: 600, lineAnchor: "bottom",
					textAnchor: score < 8 ? "start" : score > 92 ? "end" : "middle" }),
			],
		}),
	});
}

const barStrip = (x1, x2, fill) => rectY([0], { x1, x2, y1: 0, y2: 1, fill, rx: 3 });

// Scores over days: series is [{ name, colour, points: [{ day, score, rank }] }]
export function scoreLines({ series, alt, data, marks = [] }) {
	const points = series.flatMap((s) => s.points.map((p) => ({ ...p, name: s.name, colour: s.colour, date: f.toDate(p.day) })));
	const low = Math.min(...points.map((p) => p.score), ...marks.map((m) => m.value));
	const high = Math.max(...points.map((p) => p.score), ...marks.map((m) => m.value));
	const pad = Math.max(1, (high - low) * 0.15);
	return figure({
		alt,
		data,
		draw: (width) => plot({
			width, height: 240, marginLeft: 34, marginRight: 14, marginTop: 10, marginBottom: 34, style: FONT,
			x: { type: "utc", label: null },
			y: { domain: [Math.max(0, low - pad), Math.min(100, high + pad)], nice: true, label: null },
			marks: [
				gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
				axisY({ tickSize: 0, ticks: 5, label: null }),
				axisX({ tickSize: 0, ticks: width < 420 ? 4 : 7, label: null }),
				marks.map((m) => ruleY([m.value], { stroke: "var(--mark)", strokeDasharray: "3 3" })),
				marks.map((m) => text([m], { y: "value", text: "label", frameAnchor: "right", dy: -7, fill: "var(--text-soft)", textAnchor: "end" })),
				series.length === 1 ? areaY(points, { x: "date", y: "score", y1: Math.max(0, low - pad), fill: series[0].colour, fillOpacity: 0.12, clip: true }) : null,
				lineY(points, { x: "date", y: "score", z: "name", stroke: "colour", strokeWidth: 2.25, strokeLinejoin: "round" }),
				dot(points, { x: "date", y: "score", fill: "colour", r: points.length / series.length > 40 ? 1.5 : 3, stroke: "var(--surface)", strokeWidth: 1 }),
				ruleX(points, pointerX({ x: "date", stroke: "var(--text-soft)", strokeOpacity: 0.5 })),
				tip(points, pointerX({ x: "date", y: "score", fill: "var(--surface)", stroke: "var(--line-strong)",
					title: (d) => `${series.length > 1 ? `${d.name}\n` : ""}${f.day(d.day)}\n${f.score(d.score)}${d.rank ? `, rank ${f.count(d.rank)}` : ""}` })),
			],
		}),
	});
}

// Rows of stacked bars: bars is [{ row, key, value, colour, title }]
export function stackedBars({ rows, bars, alt, data = null, domain = undefined, label = null }) {
	const margin = (width) => Math.min(width * 0.4, 16 + 7 * Math.max(...rows.map((r) => [...r].length)));
	return figure({
		alt,
		data,
		draw: (width) => plot({
			width, height: rows.length * 40 + 34, marginLeft: margin(width), marginRight: 20, marginTop: 4, marginBottom: 30, style: FONT,
			x: { domain, label, labelAnchor: "right", tickSize: 0, ticks: width < 420 ? 4 : 8, nice: domain === undefined },
			y: { domain: rows, label: null, tickSize: 0, padding: 0.35, tickFormat: (t) => shortened(t, Math.floor((margin(width) - 12) / 6.6)) },
			marks: [
				barX(bars, { x: "value", y: "row", fill: "colour", title: "title", insetRight: 1.5, rx: 2, order: null }),
				text(bars.filter((b) => b.label), { x: (d) => d.middle, y: "row", text: (d) => (d.share * (width - margin(width)) > 40 ? d.label : ""), fill: "var(--on-series)", fontWeight: 600 }),
				ruleX([0], { stroke: "var(--line-strong)" }),
			],
		}),
	});
}

// What made a score change: bars to the left and right of 0
export function changeBars({ rows, alt }) {
	const largest = Math.max(0.5, ...rows.map((r) => Math.abs(r.change)));
	const margin = (width) => Math.min(width * 0.42, 16 + 7 * Math.max(...rows.map((r) => [...r.label].length)));
	// room for the numbers beside the bars
	const reach = (width) => largest / (1 - 100 / Math.max(150, width - margin(width) - 24));
	return figure({
		alt,
		draw: (width) => plot({
			width, height: rows.length * 32 + 34, marginLeft: margin(width), marginRight: 24, marginTop: 4, marginBottom: 26, style: FONT,
			x: { domain: [-reach(width), reach(width)], label: null, tickSize: 0, ticks: width < 420 ? 3 : 5, tickFormat: (x) => (x > 0 ? `+${x}` : String(x).replace("-", "\u2212")) },
			y: { domain: rows.map((r) => r.label), label: null, tickSize: 0, padding: 0.3, tickFormat: (t) => shortened(t, Math.floor((margin(width) - 12) / 6.6)) },
			marks: [
				barX(rows, { x: "change", y: "label", fill: (d) => (d.change < 0 ? "var(--down)" : "var(--up)"), rx: 2 }),
				text(rows, { x: "change", y: "label", text: (d) => f.change(d.change), textAnchor: "start", fill: "currentColor",
					filter: (d) => d.change >= 0, dx: 5 }),
				text(rows, { x: "change", y: "label", text: (d) => f.change(d.change), textAnchor: "end", fill: "currentColor",
					filter: (d) => d.change < 0, dx: -5 }),
				ruleX([0], { stroke: "var(--line-strong)" }),
			],
		}),
	});
}

// The lowest and the highest score without a tenth of the reactors, around the score
export function firmness({ low, high, score, alt }) {
	return figure({
		className: "strip",
		alt,
		draw: (width) => plot({
			width, height: 56, marginLeft: 8, marginRight: 8, marginTop: 10, marginBottom: 26, style: FONT,
			x: { domain: [0, 100], ticks: 6, label: null, tickSize: 0 },
			y: { axis: null, domain: [0, 1] },
			marks: [
				barStrip(0, 100, "var(--track)"),
				rectY([0], { x1: low, x2: Math.max(high, low + 0.4), y1: 0, y2: 1, fill: "var(--accent)", fillOpacity: 0.45 }),
				tickX([score], { x: (d) => d, stroke: "var(--accent)", strokeWidth: 3 }),
			],
		}),
	});
}

// How many people have which score
export function histogram({ topic, alt, data }) {
	const step = 100 / topic.histogram.length;
	const bins = topic.histogram.map((people, i) => ({ low: i * step, high: (i + 1) * step, people }));
	const lines = [
		{ value: topic.average, label: "average" },
		{ value: topic.cutoff, label: "top 5 % from here" },
	];
	return figure({
		alt,
		data,
		draw: (width) => {
			const high = Math.max(...topic.histogram);
			return plot({
				width, height: 320, marginLeft: 46, marginRight: 10, marginTop: 46, marginBottom: 34, style: FONT,
				x: { domain: [0, 100], ticks: [0, 20, 40, 63, 80, 100], label: "score", labelAnchor: "right", tickSize: 0 },
				y: { domain: [0, high], label: null, nice: true },
				marks: [
					gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
					axisY({ tickSize: 0, ticks: 5, label: "people", labelAnchor: "top", labelArrow: "none" }),
					rectY(bins, { x1: "low", x2: "high", y: "people", fill: (d) => (d.low >= 63 ? "var(--series-2)" : d.low >= 40 ? "var(--accent)" : "var(--accent-soft)"), insetLeft: 0.5, insetRight: 0.5, rx: 1.5,
						title: (d) => `${d.low} to ${d.high}: ${f.plural(d.people, "person", "people")}`, className: "bins" }),
					ruleX([40, 63], { stroke: "var(--line-strong)", className: "marks" }),
					ruleX(lines, { x: "value", stroke: "var(--mark)", strokeWidth: 1.5, strokeDasharray: "4 3", className: "lines" }),
					text(lines, { x: "value", frameAnchor: "top", text: (d) => `${d.label} ${f.score(d.value)}`, fill: "currentColor", fontWeight: 600, filter: (d, i) => i === 0, textAnchor: "start", dx: -2, dy: -32 }),
					text(lines, { x: "value", frameAnchor: "top", text: (d) => `${d.label} ${f.score(d.value)}`, fill: "currentColor", fontWeight: 600, filter: (d, i) => i === 1, textAnchor: topic.cutoff > 60 && width < 600 ? "end" : "start", dx: -2, dy: -14 }),
					ruleY([0], { stroke: "var(--line-strong)" }),
				],
			});
		},
	});
}

// One number of the population, day by day, on a scale of its own
export function dayLine({ days, value, colour, format, alt }) {
	const low = Math.min(...days.map(value));
	const high = Math.max(...days.map(value));
	const pad = Math.max((high - low) * 0.25, high * 0.01, 0.05);
	return figure({
		alt,
		draw: (width) => plot({
			width, height: 170, marginLeft: 52, marginRight: 14, marginTop: 8, marginBottom: 34, style: FONT,
			x: { type: "utc", label: null },
			y: { label: null, domain: [Math.max(0, low - pad), high + pad] },
			marks: [
				gridY({ ticks: 4, stroke: "var(--line)", strokeOpacity: 1 }),
				axisY({ tickSize: 0, ticks: 4, label: null }),
				axisX({ tickSize: 0, ticks: width < 420 ? 4 : 6, label: null }),
				lineY(days, { x: (d) => f.toDate(d.day), y: value, stroke: colour, strokeWidth: 2.25 }),
				dot(days, { x: (d) => f.toDate(d.day), y: value, fill: colour, r: days.length > 40 ? 1.5 : 3, title: (d) => `${f.day(d.day)}: ${format(value(d))}` }),
			],
		}),
	});
}

function shortened(label, length) {
	const letters = [...label];
	return letters.length > length ? letters.slice(0, Math.max(3, length - 1)).join("") + "\u2026" : label;
}
