// Data files: data/NAME.js calls klout.put(NAME, value). Scripts, because pages from a disk may load
// nothing else; each is loaded once, when it is first wanted.

const waiting = new Map(); // name -> promise
const arrived = new Map(); // name -> value

window.klout = {
	put(name, value) {
		arrived.set(name, value);
	},
};

export function load(name) {
	if (!waiting.has(name)) {
		waiting.set(name, new Promise((resolve, reject) => {
			const script = document.createElement("script");
			script.src = `data/${name}.js`;
			script.onload = () => {
				script.remove();
				if (arrived.has(name)) resolve(arrived.get(name));
				else reject(new Error(`data/${name}.js is broken`));
			};
			script.onerror = () => {
				waiting.delete(name);
				reject(new Error(`data/${name}.js cannot be read`));
			};
			document.head.append(script);
		}));
	}
	return waiting.get(name);
}

export const board = {}; // what all pages share; filled by loadBoard

export async function loadBoard() {
	Object.assign(board, await load("board"));
	board.colours = new Map(board.networks.map((network, i) => [network, `var(--series-${i < 7 ? i + 1 : 8})`]));
}

// A list by topic number, with what is needed to look people up in it
const lists = new Map();
export async function loadList(number = 0) {
	if (!lists.has(number)) {
		const list = await load(`list-${number}`);
		list.length = list.person.length;
		list.lower = list.person.map((person) => person.toLowerCase());
		list.place = new Map(list.person.map((person, i) => [person, i]));
		lists.set(number, list);
		(window.requestIdleCallback ?? setTimeout)(() => namePlaces(list));
	}
	return lists.get(number);
}

// The place of each person in the order of names. It takes longer to find than people like to wait, so it is
// looked for while nothing else is to be done.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
export function namePlaces(list) {
	if (!list.namePlaces) {
		list.namePlaces = new Int32Array(list.length);
		list.person.map((_, i) => i).sort((a, b) => collator.compare(list.person[a], list.person[b])).forEach((i, place) => {
			list.namePlaces[i] = place;
		});
	}
	return list.namePlaces;
}

// [network, account, person] of accounts that are linked to a person of another name
export async function loadAccounts() {
	return load("accounts");
}

// A person's page, or null
export async function loadPerson(person) {
	const list = await loadList();
	const place = list.place.get(person);
	if (place === undefined) return null;
	const chunk = await load(`people-${Math.floor(place / board.chunk)}`);
	return { place, list, ...chunk[place % board.chunk] };
}

// The person of that name, or who has an account of that name; null if there is none
export async function findPerson(text) {
	const list = await loadList();
	if (list.place.has(text)) return text;
	const lower = text.toLowerCase();
	let place = list.lower.indexOf(lower);
	if (place < 0) place = list.lower.findIndex((person) => person.trim() === lower.trim());
	if (place >= 0) return list.person[place];
	const account = (await loadAccounts()).find((a) => a[1].toLowerCase() === lower && list.place.has(a[2]));
	return account ? account[2] : null;
}

// Places of the people whose name, or an account of theirs, contains the text
export async function search(list, text) {
	const lower = text.toLowerCase();
	const found = [];
	for (let i = 0; i < list.length; i++) if (list.lower[i].includes(lower)) found.push(i);
	const others = new Set();
	for (const [, account, person] of await loadAccounts()) {
		const place = list.place.get(person);
		if (place !== undefined && account.toLowerCase().includes(lower) && !list.lower[place].includes(lower)) others.add(place);
	}
	return others.size ? [...found, ...others].sort((a, b) => a - b) : found;
}
