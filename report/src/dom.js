// Elements without markup: what comes from the database only ever becomes text or an attribute.

// h("td.number", { title: "..." }, "text", element, [more]): null and false are left out
export function h(tag, ...rest) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	if (classes.length) element.className = classes.join(" ");
	if (rest.length && isAttributes(rest[0])) {
		for (const [key, value] of Object.entries(rest.shift())) {
			if (value === null || value === undefined || value === false) continue;
			if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
			else if (key === "value" || key === "checked") element[key] = value;
			else element.setAttribute(key, value === true ? "" : value);
		}
	}
	element.append(...rest.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

function isAttributes(value) {
	return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Node);
}

// A name, kept apart from the direction of the text around it
export function name(text) {
	return h("bdi", text);
}

export function personLink(person, attributes = {}) {
	return h("a", { href: personHash(person), ...attributes }, name(person));
}

export function personHash(person) {
	return `#/person/${encodeURIComponent(person)}`;
}

// Says something to people who do not see it
export function announce(text) {
	document.getElementById("announce").textContent = text;
}
