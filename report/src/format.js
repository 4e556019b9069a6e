// Numbers and days as people read them. Scores come rounded to 0.01 from the database.

const MINUS = "\u2212";
const whole = new Intl.NumberFormat("en");
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

export const score = (x) => (x === null || x === undefined ? "\u2013" : x.toFixed(2));
export const count = (x) => (x === null || x === undefined ? "\u2013" : whole.format(x));
export const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

export function change(x) {
	if (x === null || x === undefined) return "\u2013";
	return x > 0 ? `+${x.toFixed(2)}` : x < 0 ? MINUS + (-x).toFixed(2) : "0.00";
}

// A percentage that the database gives with two places; nobody but the first is above 99.99 %
export const percent = (x) => (x === null || x === undefined ? "\u2013" : `${x > 99.9 && x < 100 ? x.toFixed(2) : x.toFixed(1)}\u00a0%`);

export const toDate = (day) => new Date(day.length > 10 ? day : `${day}T00:00:00Z`);
export function day(text) {
	if (!text) return "\u2013";
	const date = toDate(text);
	// PostgreSQL has days that JavaScript has not: "0044-03-15 BC", "infinity"
	return text.endsWith("BC") || Number.isNaN(date.getTime()) ? text : dayFormat.format(date);
}

export const PARTS = {
	reach: "Reach",
	consistency: "Consistency",
	audience: "Audience",
	activity: "Own posts",
	model: "Change of the recipe",
};

export const PART_MEANINGS = {
	reach: "how many different people reacted lately",
	consistency: "on how many days anybody reacted",
	audience: "followers, as far as people react",
	activity: "own posts",
	model: "what the change of the recipe did",
};

export const amountOf = (part, amount) => ({
	reach: `${score(amount)} people, faded`,
	consistency: `${score(amount)} days, faded`,
	audience: plural(Math.round(amount), "follower", "followers"),
	activity: `${score(amount)} posts, faded`,
}[part] ?? score(amount));

// The bits of caution in board.sql
const CAUTIONS = [
	[1, "nothing known", "Nothing is known about this person. That is not the same as no influence."],
	[2, "fewer than 10 people", "Fewer than ten people reacted: each of them moves the score a lot."],
	[4, "few people, often", "A few people reacted very often: this may be admiration or an arrangement."],
	[8, "all within a few days", "Everything happened within three days: it may have been applause, or a scandal."],
	[16, "nothing for 30 days", "Nobody reacted in the last 30 days: the score tells of the past."],
	[32, "changing fast", "The score changed by ten points or more within 30 days: wait and look again."],
];
export const cautions = (bits) => CAUTIONS.filter(([bit]) => bits & bit);

// Where a percentile lies, in words
export function band(percentile, people) {
	if (people < 20) return `among ${plural(people, "person", "people")}`;
	if (percentile >= 99) return "top 1 %";
	if (percentile >= 95) return "top 5 %";
	if (percentile >= 90) return "top 10 %";
	if (percentile >= 75) return "top quarter";
	if (percentile >= 25) return "middle half";
	return "lower quarter";
}
