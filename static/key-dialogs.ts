/** What Ctrl+K and “?” open. It is loaded when one of them is first pressed. */

import { answered, arrowKeys, showDialog } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { bare } from "./mention-autocomplete.ts";
import type { Page } from "./page.ts";
import { roomName } from "./room-name.ts";
import { clearOffline } from "./when-open.ts";
import { t } from "./words.ts";

/** Rooms that are offered at once. */
const MOST_OFFERED = 8;

const KEYS = [
	["Ctrl+K", t("keys.go")],
	["Ctrl+Shift+F", t("keys.search")],
	["Alt+↑, Alt+↓", t("keys.next")],
	["Alt+Shift+↑, ↓", t("keys.unread")],
	[t("keys.empty"), t("keys.edit")],
	["Esc", t("keys.escape")],
	[t("keys.tab"), t("keys.walk")],
	["r, e, Delete", t("keys.act")],
	["Page Up, Page Down", t("keys.scroll")],
	["?", t("keys.list")],
] as const;

export function listKeys(): void {
	const rows = KEYS.map(([keys, does]) =>
		make(
			"div",
			"key",
			make("kbd", { dir: "auto" }, keys),
			make("span", "", does),
		),
	);
	showDialog(t("keys"), ...rows);
}

/** Who may be meant by “@ann @be”: all of whom but the last are written out. The last may be somebody who is not on the screen. */
function peopleFor(typed: string, me: string) {
	const names = typed
		.split(/[\s,،、]+/)
		.map((one) => one.replace(/^[@＠]/, ""));
	const [others, last = ""] = [names.slice(0, -1), names.at(-1)];
	const tags = document.querySelectorAll("#people button bdi, .said .name");
	const known = new Set([...tags].map((tag) => tag.textContent ?? ""));
	known.delete(me);
	const found = [...known].filter((name) => bare(name).includes(bare(last)));
	const isName = /^[^#]+$/.test(last) && bare(last) !== bare(me);
	const isOther = isName && !found.some((name) => bare(name) === bare(last));
	const all = (name: string) => [...new Set([...others, name])];
	return { found: found.map(all), other: isOther && all(last) };
}

/** Finds a room in the list by some of its letters, or goes to one of that name, or talks to people directly. */
export function goTo(page: Page): void {
	const label = t("go.label");
	const field = make("input", { ariaLabel: label, placeholder: label });
	Object.assign(field, { autocomplete: "off", autofocus: true, dir: "auto" });
	const trouble = make("p", { className: "trouble", role: "alert" });
	const list = make("div", "offers");
	const dialog = showDialog(t("go"), field, trouble, list);
	clearOffline(page, dialog);
	const links = [...document.querySelectorAll<HTMLElement>("#rooms a")];

	const offer = (words: string, onclick: () => void) =>
		button("ghost", onclick, make("bdi", "", words));
	const offerRoom = (words: string, go: () => void) =>
		offer(words, () => {
			dialog.close();
			go();
		});
	const offerTalk = (names: readonly string[]) =>
		offer(t("go.talk", { names: names.join(", ") }), async () => {
			const question = { kind: "talkTo", names: [...names] } as const;
			const answer = page.ask(question, () => dialog.isConnected);
			if (!(await answered(answer, trouble))) dialog.close();
		});

	function render(): void {
		say(trouble, "");
		const typed = field.value.trim().toLowerCase();
		const { found, other } = peopleFor(field.value.trim(), page.name);
		const people = typed ? found.slice(0, MOST_OFFERED) : [];
		const titleOf = (link: HTMLElement) =>
			link.querySelector("bdi")?.textContent ?? "";
		const rooms = links
			.filter((link) => titleOf(link).toLowerCase().includes(typed))
			.slice(0, MOST_OFFERED)
			.map((link) => offerRoom(titleOf(link), () => link.click()));
		const name = roomName(field.value);
		const isListed = links.some((link) => titleOf(link) === name);
		const made = offerRoom(t("go.new", { name }), () => void page.go(name));
		const rest = [
			name === "" || isListed ? "" : made,
			other ? offerTalk(other) : "",
		];
		// An @ says that a person is meant.
		if (/^[@＠]/.test(typed)) rest.reverse();
		list.replaceChildren(...rooms, ...people.map(offerTalk), ...rest);
	}

	field.oninput = render;
	const offers = () => [...list.querySelectorAll<HTMLElement>("button")];
	field.onkeydown = (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault();
		offers()[0]?.click();
	};
	arrowKeys(dialog, () => [field, ...offers()]);
	render();
}

/** Goes to the room above or below in the list, or to the next one there with something unread. */
export function goBeside(step: 1 | -1, isUnread: boolean): void {
	const all = [...document.querySelectorAll<HTMLElement>("#rooms a")];
	const here = all.findIndex((link) => link.ariaCurrent === "page");
	const inOrder = [...all.slice(here + 1), ...all.slice(0, here)];
	const others = step === 1 ? inOrder : inOrder.reverse();
	const next = others.find((link) => !isUnread || link.matches(".unread"));
	next?.click();
}
