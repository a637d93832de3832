/** Bars in SVG, readable on light and dark pages, with a logarithmic scale because servers differ that much. */
export interface Group {
	readonly label: string;
	readonly bars: readonly { readonly series: string; readonly value: number }[];
}

const WIDTH = 720;
const LEFT = 120;
const RIGHT = 90;
const BAR = 16;
const TOP = 64;
const COLOURS = ["#3b82f6", "#93c5fd", "#f59e0b", "#a3a3a3"];

const escaped = (text: string) =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export function plot(title: string, groups: readonly Group[]): string {
	const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
	const positive = values.filter((value) => value > 0);
	const floor = 10 ** Math.floor(Math.log10(Math.min(...positive) * 0.99));
	const span = Math.log10(Math.max(...positive) / floor);
	const scale = (value: number) =>
		value > 0 ? (Math.log10(value / floor) / span) * (WIDTH - LEFT - RIGHT) : 0;
	const series = [
		...new Set(groups.flatMap(({ bars }) => bars.map((bar) => bar.series))),
	];
	const colour = (name: string) => COLOURS[series.indexOf(name)] ?? "#888";
	const text = (x: number, y: number, words: string, more = "") =>
		`<text x="${x.toFixed(1)}" y="${y}" ${more}>${escaped(words)}</text>`;
	const box = (x: number, y: number, width: number, fill: string) =>
		`<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${fill}"/>`;
	const parts = [text(12, 24, title, 'font-weight="bold"')];
	let x = 12;
	for (const name of series) {
		parts.push(box(x, 36, BAR, colour(name)), text(x + 22, 47, name));
		x += 40 + name.length * 8;
	}
	let y = TOP;
	for (const { label, bars } of groups) {
		const middle = y + (bars.length * BAR) / 2 + 4;
		parts.push(text(LEFT - 8, middle, label, 'text-anchor="end"'));
		for (const { series: name, value } of bars) {
			const width = scale(value);
			parts.push(box(LEFT, y, width, colour(name)));
			parts.push(text(LEFT + width + 5, y + 11, shown.format(value)));
			y += BAR;
		}
		y += BAR;
	}
	const style =
		"text{font:13px system-ui,sans-serif;fill:#222}@media(prefers-color-scheme:dark){text{fill:#ddd}}";
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img"><title>${escaped(title)}</title><style>${style}</style>${parts.join("")}</svg>\n`;
}
