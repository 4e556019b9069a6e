// A table with sortable columns and pages of rows: what 20,000 people stay light with, and what
// keyboards, screen readers and printers understand.

import { h, announce } from "./dom.js";
import { count } from "./format.js";

const ROWS = 50;

// columns: { key, label, title, number, row (heads the row), value(i) (to sort by; none: not sortable),
// descending (first), cell(i), hide (on narrow screens) }. rows: what cells are asked with, in their natural order.
// state: { sort, descending, page }, changed in place; onchange is called after.
export function table({ caption, columns, rows, state, onchange = () => {}, pageSize = ROWS, empty = "Nobody." }) {
	const body = h("tbody");
	const status = h("p.page-status", { role: "status" });
	const pages = h("div.pages");
	const heads = new Map();
	const header = h("tr", columns.map((column) => {
		const classes = [column.number && "number", column.hide && `hide-${column.hide}`].filter(Boolean).join(" ") || null;
		const head = h("th", { scope: "col", class: classes, title: column.title }, column.value
			? h("button.sort", { type: "button", onclick: () => sortBy(column) }, column.label, h("span.arrow", { "aria-hidden": "true" }))
			: column.label);
		heads.set(column.key, head);
		return head;
	}));
	let ordered = rows;

	function sortBy(column) {
		state.descending = state.sort === column.key ? !state.descending : Boolean(column.descending);
		state.sort = column.key;
		state.page = 0;
		order();
		show();
		onchange();
		announce(`Sorted by ${column.label}, ${state.descending ? "highest" : "lowest"} first`);
	}

	function order() {
		const column = columns.find((c) => c.key === state.sort);
		ordered = column?.value ? sorted(rows, column.value, state.descending) : rows;
	}

	function show() {
		const last = Math.max(0, Math.ceil(ordered.length / pageSize) - 1);
		state.page = Math.min(Math.max(0, state.page | 0), last);
		const from = state.page * pageSize;
		const shown = ordered.slice(from, from + pageSize);
		body.replaceChildren(...shown.map((i) => h("tr", columns.map((column) => {
			const attributes = { class: [column.number && "number", column.hide && `hide-${column.hide}`].filter(Boolean).join(" ") || null };
			if (column.row) attributes.scope = "row";
			return h(column.row ? "th" : "td", attributes, column.cell(i));
		}))));
		if (!ordered.length) body.append(h("tr", h("td.empty", { colspan: columns.length }, empty)));
		for (const [key, head] of heads) {
			if (key === state.sort) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
			else head.removeAttribute("aria-sort");
		}
		status.textContent = ordered.length ? `${count(from + 1)}\u2013${count(from + shown.length)} of ${count(ordered.length)}` : "0 of 0";
		const turn = (label, page, enabled) => h("button", { type: "button", disabled: !enabled, onclick: () => go(page) }, label);
		pages.replaceChildren(...(last > 0 ? [
			turn("First", 0, state.page > 0), turn("Previous", state.page - 1, state.page > 0),
			turn("Next", state.page + 1, state.page < last), turn("Last", last, state.page < last)] : []));
	}

	function go(page) {
		const label = document.activeElement?.textContent;
		state.page = page;
		show();
		onchange();
		// the buttons are new: keep the focus where it was, or on one that still works
		const buttons = [...pages.querySelectorAll("button:not([disabled])")];
		(buttons.find((b) => b.textContent === label) ?? buttons[0])?.focus();
	}

	order();
	show();
	const element = h("div.table",
		h("div.scroll", { role: "group", "aria-label": caption, tabindex: "0" }, h("table", h("caption.visually-hidden", caption), h("thead", header), body)),
		h("div.pager", status, pages));
	return {
		element,
		setRows(next) {
			rows = next;
			state.page = 0;
			order();
			show();
		},
	};
}

// By value, empty ones last whatever the direction; ties stay in their order
export function sorted(rows, value, descending) {
	const keyed = rows.map((row) => [value(row), row]);
	const sign = descending ? -1 : 1;
	keyed.sort(([a], [b]) => {
		const noA = a === null || a === undefined;
		const noB = b === null || b === undefined;
		if (noA || noB) return noA - noB;
		return a < b ? -sign : a > b ? sign : 0;
	});
	return keyed.map(([, row]) => row);
}

// A small table, all of it: columns are labels, those in numbers are aligned right, those in hide are left
// out on narrow screens
export function plainTable({ caption, columns, numbers = [], hide = [], rows, foot = null, visible = false }) {
	const classOf = (i) => [numbers.includes(i) && "number", hide.includes(i) && "hide-small"].filter(Boolean).join(" ") || null;
	const cells = (row) => row.map((value, i) => i === 0
		? h("th", { scope: "row" }, value)
		: h("td", { class: classOf(i) }, value));
	return h("div.scroll", { role: "group", "aria-label": caption, tabindex: "0" }, h("table.plain",
		h("caption", { class: visible ? null : "visually-hidden" }, caption),
		h("thead", h("tr", columns.map((column, i) => h("th", { scope: "col", class: classOf(i) }, column)))),
		h("tbody", rows.map((row) => h("tr", cells(row)))),
		foot && h("tfoot", h("tr", cells(foot)))));
}
