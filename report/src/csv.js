// CSV that spreadsheets read as text. A cell that begins like a formula gets an apostrophe in front,
// which shows that it is text; numbers stay numbers. (OWASP: CSV injection.)

const isNumber = /^-?\d+(\.\d+)?$/;

function cell(value) {
	let text = value === null || value === undefined ? "" : String(value);
	if (!isNumber.test(text) && /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20|%\t\r\n]/.test(text)) text = `'${text}`;
	return /[",;\r\n\t]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(rows) {
	return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
}

export function download(fileName, text) {
	const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = fileName;
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
