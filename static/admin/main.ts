/** The admin page: reports, people, bans, rooms and names, each with what can be done about it. */
import { BOT_NAME } from "../../machines/message.ts";
import { button, find, make, say } from "../element.ts";
import { storedPerson } from "../storage.ts";
import { browser } from "../store.ts";
import { type Act, actsAt, argumentsOf, labelOf } from "./acts.ts";
import { type Answer, ask } from "./ask.ts";

const EVERY_MS = 10_000;
/** So many rows of a table are shown. */
const MOST_ROWS = 100;

const titles: Readonly<Record<string, string>> = {
	...{ reports: "Reports", who: "Who is in", bans: "Bans", rooms: "Rooms" },
	...{ names: "Names, and their owners", status: "The server" },
};
const sections = new Map(
	Object.keys(titles).map((name) => [name, make("section", "")] as const),
);
const filter = find("#filter", HTMLInputElement);
/** The tables as they were last read. */
const read = new Map<string, Answer>();

function buttonOf(act: Act): HTMLElement {
	const look = { className: "block inline", ariaLabel: labelOf(act) };
	return button(look, () => carryOut(act), act[0]);
}

function rowOf(name: string, row: readonly string[]): HTMLElement {
	const [first = "", ...others] = row;
	const all = actsAt[name]?.(row) ?? [];
	const safe = name === "rooms" ? [] : [BOT_NAME, storedPerson().name];
	const acts = all.filter(
		(act) => !act.includes("") && !safe.includes(act.at(-1) ?? ""),
	);
	return make(
		"tr",
		"",
		make("th", { scope: "row", dir: "auto" }, first),
		...others.map((cell) => make("td", { dir: "auto" }, cell)),
		make("td", "", make("div", "row-of", ...acts.map(buttonOf))),
	);
}

/** Shows a table anew. A button that has the focus has it afterwards, too. */
function draw(name: string): void {
	const { heads = [], rows = [], none = "" } = read.get(name) ?? {};
	const words = filter.value.toLowerCase();
	const meant = rows.filter((row) => `${row}`.toLowerCase().includes(words));
	const shown = meant.slice(0, MOST_ROWS);
	const note = rows.length > 0 ? `${shown.length} of ${rows.length}` : none;
	const columns = [...heads, "What to do"].map((head) =>
		make("th", { scope: "col" }, head),
	);
	const table = make(
		"table",
		"",
		make("caption", "", make("h2", "", titles[name] ?? ""), note),
		make("thead", { hidden: shown.length === 0 }, make("tr", "", ...columns)),
		make("tbody", "", ...shown.map((row) => rowOf(name, row))),
	);
	const section = sections.get(name);
	const focused = section?.querySelector(":focus")?.ariaLabel;
	section?.replaceChildren(table);
	for (const button of table.querySelectorAll("button"))
		if (button.ariaLabel === focused) button.focus();
}

/** Reads tables again. One that is the same is left as it is. */
async function look(names: readonly string[]): Promise<void> {
	for (const name of names) {
		const answer = await ask(name);
		const isSame = JSON.stringify(answer) === JSON.stringify(read.get(name));
		read.set(name, answer);
		if (!isSame) draw(name);
	}
	find("#all").hidden = false;
}

/** Says what came of a task. To one who is no admin, not any more, nothing is shown. */
async function attempt(
	task: () => Promise<void>,
	where = "#trouble",
): Promise<void> {
	try {
		await task();
		say(where, "");
	} catch (error) {
		const { message, cause }: Error = Object(error);
		say(where, message);
		if ([401, 403, 404].includes(Number(cause))) find("#all").hidden = true;
	}
}

const carryOut = (act: Act) =>
	attempt(async () => {
		const args = await argumentsOf(act);
		if (!args) return;
		say("#result", "");
		const { says = [] } = await ask(act[1], ...args);
		const link = String(new URL("join#", location.href));
		say("#result", says.join(" ").replace(/^\S*\/join#/, link));
		// Where the tables can't be read, it was done all the same.
		await again();
	}, "#refused");
const again = () => attempt(() => look(Object.keys(titles)));

document.documentElement.style.colorScheme = browser.get("theme");
find("#first").append(
	buttonOf(["Write to every room", "notice"]),
	buttonOf(["Invite someone", "invite"]),
);
find("#tables").append(...sections.values());
filter.oninput = () => [...read.keys()].forEach(draw);
find("#again").onclick = again;
setInterval(() => {
	if (document.hidden || find("#all").hidden) return;
	// There may be many names; they are read anew when that is asked for.
	const names = [...read.keys()].filter((name) => name !== "names");
	void attempt(() => look(names));
}, EVERY_MS);
void again();
