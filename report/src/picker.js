// A field that proposes people while one types

import { h } from "./dom.js";
import { findPerson, loadList, search } from "./data.js";

let pickers = 0;

export async function picker({ label, button, onpick }) {
	const id = `picker-${++pickers}`;
	const list = await loadList();
	const options = h("datalist", { id: `${id}-options` });
	const complaint = h("p.note", { role: "alert", hidden: true });
	const input = h("input", { type: "text", id, list: `${id}-options`, autocomplete: "off", spellcheck: "false", oninput: async () => {
		complaint.hidden = true;
		const text = input.value.trim();
		const found = text ? (await search(list, text)).slice(0, 20) : [];
		if (text === input.value.trim()) options.replaceChildren(...found.map((i) => h("option", { value: list.person[i] })));
	} });
	return [h("form.controls", { onsubmit: async (event) => {
		event.preventDefault();
		const text = input.value.trim();
		if (!text) return;
		const person = await findPerson(text) ?? (await search(list, text)).slice(0, 1).map((i) => list.person[i])[0];
		if (person === undefined) {
			complaint.textContent = `Nobody of the name or account \u2068${text}\u2069 is on this list.`;
			complaint.hidden = false;
			return;
		}
		onpick(person);
	} }, h("div.field.wide", h("label", { for: id }, label), input), options, h("button.primary", { type: "submit" }, button)), complaint];
}
