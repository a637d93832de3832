/** What is typed for the bot, from the field and back. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Said } from "../../machines/message.ts";

/** The elements of the page, by selector, with what is said there. */
const elements = new Map<string, Record<string, string>>();
const find = (where: string) => {
	const known = elements.get(where);
	const [focus, replaceChildren, setSelectionRange] = Array(3).fill(() => {});
	const methods = { focus, replaceChildren, setSelectionRange };
	const made = { value: "", textContent: "", style: {}, ...methods };
	if (!known) elements.set(where, Object(made));
	return known ?? Object(made);
};
vi.mock("../../static/element.ts", () => ({
	...{ find, isTouch: () => false, make: () => {}, show: () => {} },
	say(where: string, words: string) {
		find(where).textContent = words;
	},
}));
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly(words: string) {
		find("#brief-notice").textContent = words;
	},
}));
vi.mock("../../static/fit-field.ts", () => ({ fitField: () => {} }));
vi.mock("../../static/person.ts", () => ({ nameTag: String }));

/** What was sent: commands with an id. */
const sent: { id?: string }[] = [];
/** Lines that are to be said to everyone. */
const lines: string[] = [];
/** Lines that were refused. */
const outboxLines: { text: string }[] = [];
/** Which messages those that were said answer. */
const answered: (number | undefined)[] = [];

/** What a tab stores, which outlives a page. */
const storage = () =>
	Object.create({
		getItem(this: Record<string, string>, name: string) {
			return this[name] ?? null;
		},
		setItem(this: Record<string, string>, name: string, value: string) {
			this[name] = value;
		},
		removeItem(this: Record<string, string>, name: string) {
			delete this[name];
		},
	});

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal("window", { sessionStorage: storage() });
	for (const name of ["HTMLFormElement", "HTMLTextAreaElement"])
		vi.stubGlobal(name, {});
	vi.stubGlobal("HTMLButtonElement", {});
	vi.stubGlobal("addEventListener", () => {});
	vi.stubGlobal("document", { querySelector: () => null });
	vi.resetModules();
	for (const all of [sent, lines, answered]) all.length = 0;
	elements.clear();
});

afterEach(() => {
	vi.useRealTimers();
});

/** A page in an open room, and its composer. */
async function opens(room: string) {
	const { Page } = await import("../../static/page.ts");
	const { Composer } = await import("../../static/composer.ts");
	const context: { trouble?: object | undefined } = {};
	const snapshot = { matches: () => true, context };
	const socket = { send: (frame: never) => sent.push(frame) };
	const actor = () => ({ getSnapshot: () => snapshot });
	const page = new Page(Object({ actor, socket }));
	const outbox = () => ({
		drop: () => outboxLines.splice(0),
		add(text: string, to?: Said) {
			lines.push(text);
			answered.push(to?.offset);
		},
	});
	page.lineAt = (offset) =>
		page.room === "reef" ? said(offset, `line ${offset}`) : undefined;
	const parts = { page, view: { spoke: () => {} }, sends: { outbox } };
	const composer = new Composer(Object(parts));
	let isLive = false;
	page.isLive = () => isLive;
	const enters = (to: string) => {
		page.room = to;
		isLive = false;
		composer.enter();
	};
	const catchesUp = () => {
		isLive = true;
		composer.caughtUp();
	};
	const goes = (to: string) => {
		enters(to);
		catchesUp();
	};
	goes(room);
	return { page, composer, goes, enters, catchesUp, context };
}

/** The page is loaded anew: only what is stored is left. */
async function reopens(room: string) {
	vi.clearAllTimers();
	vi.resetModules();
	elements.clear();
	return opens(room);
}

/** A message of the reader's own. */
const said = (offset: number, text: string): Said => ({
	...{ kind: "said", room: "reef", epoch: "e", offset, text },
	...{ name: "ann", client: "c", time: Date.now() },
});

const field = () => find("#text");
const trouble = () => find("#text-trouble").textContent;

function sends(text = field().value): void {
	field().value = text;
	Object(find("#composer")).onsubmit();
}

function types(text: string): void {
	field().value = text;
	Object(field()).oninput();
}

const SILENT =
	"There was no answer. Look whether it was done, and try again if not.";

test("each command on its way when the connection is lost comes back, one after the other", async () => {
	const { page, composer } = await opens("reef");
	for (const command of ["/mute dan 1h", "/mute bob 1h"]) sends(command);
	vi.advanceTimersByTime(2_000);
	expect(field().value).toBe("");
	composer.unheard();
	expect(field().value).toBe("/mute dan 1h");
	expect(find("#brief-notice").textContent).toBe(SILENT);
	sends();
	vi.advanceTimersByTime(4_000);
	expect(field().value).toBe("");
	page.answered();
	vi.advanceTimersByTime(2_000);
	expect([field().value, trouble()]).toEqual(["/mute bob 1h", SILENT]);
	sends();
	page.answered();
	expect(page.answered()).toBe(false);
	composer.unheard();
	vi.advanceTimersByTime(4_000);
	expect(field().value).toBe("");
});

test("a command that was asked in another room comes back there", async () => {
	const { composer, goes } = await opens("reef");
	sends("/mute dan 1h");
	goes("quay");
	composer.unheard();
	vi.advanceTimersByTime(4_000);
	expect(field().value).toBe("");
	goes("reef");
	vi.advanceTimersByTime(2_000);
	expect([field().value, trouble()]).toEqual(["/mute dan 1h", SILENT]);
});

test("the command that was refused comes back, and not the one before it", async () => {
	const { page, composer } = await opens("reef");
	for (const command of ["/mute dan 1h", "/mute bob 1h"]) sends(command);
	composer.takeBack("Too fast.", sent[1]?.id);
	page.answered();
	vi.advanceTimersByTime(4_000);
	expect([field().value, trouble()]).toEqual(["/mute bob 1h", "Too fast."]);
});

test("what was said of a text stands below the field no more once that is sent", async () => {
	const { composer } = await opens("reef");
	sends("/mute dan 1h");
	vi.advanceTimersByTime(2_000);
	composer.unheard();
	expect([field().value, trouble()]).toEqual(["/mute dan 1h", SILENT]);
	sends();
	expect([field().value, trouble()]).toEqual(["", ""]);

	sends("/shrug dan");
	expect(trouble()).toMatch(/is no command here/);
	sends();
	expect([lines, trouble()]).toEqual([["/shrug dan"], ""]);
});

test.each(["  /unmute dan", "@plumebot unmute dan", " /unmute dan"])(
	"the command “%s” is for the bot alone",
	async (typed) => {
		await opens("reef");
		sends(typed);
		expect(sent).toMatchObject([{ text: "@plumebot unmute dan" }]);
		expect(lines).toEqual([]);
	},
);

test.each(["  /bann dan rude", "@plumebot bann dan rude", "@Plumebot: bann"])(
	"“%s”, which is no command, is said to everyone only once it is sent again",
	async (typed) => {
		await opens("reef");
		sends(typed);
		expect([lines, sent]).toEqual([[], []]);
		expect(trouble()).toContain(typed);
		sends();
		expect(lines).toEqual([typed]);
	},
);

test.each(["@plumebot, hello!", "@plumebots are many", "/usr/bin", "1 /a b"])(
	"“%s” is said to everyone at once",
	async (typed) => {
		await opens("reef");
		sends(typed);
		expect(lines).toEqual([typed]);
	},
);

test("a command that is typed into an edit is said to everyone only once it is sent again", async () => {
	const { page } = await opens("reef");
	page.edit(said(1, "line 1"));
	sends("/mute dan 1h");
	expect([sent, field().value]).toEqual([[], "/mute dan 1h"]);
	expect(trouble()).toMatch(/is no command here/);
	sends();
	expect(sent).toMatchObject([{ kind: "edit", text: "/mute dan 1h" }]);
});

test("other words for a message that was deleted meanwhile are a new line, which is said", async () => {
	const { page, composer } = await opens("reef");
	page.edit(said(1, "line 1"));
	types("half");
	const { room, epoch, time } = said(2, "");
	const erased = { kind: "erased", room, epoch, time, offset: 2 } as const;
	page.lineAt = () => ({ ...said(1, ""), erased: true });
	composer.updateReply({ ...erased, target: 1, name: "ann" });
	sends();
	expect(sent).toEqual([{ kind: "typing" }]);
	expect(field().value).toBe("half");
	expect(trouble()).toMatch(/^This was an edit/);
	sends();
	expect(lines).toEqual(["half"]);
});

test("edits on their way when the page is loaded anew are edits again, one after the other", async () => {
	const { page } = await opens("reef");
	for (const offset of [1, 2]) {
		page.edit(said(offset, `line ${offset}`));
		sends(`edit ${offset}`);
	}
	page.edit(said(3, "line 3"));
	Object(find("#replying-not")).onclick();
	await reopens("reef");
	expect([field().value, trouble()]).toEqual(["edit 1", SILENT]);
	await reopens("reef");
	vi.advanceTimersByTime(2_000);
	for (const target of [2, 1]) {
		sends();
		expect(sent.at(-1)).toMatchObject({ kind: "edit", target });
		vi.advanceTimersByTime(4_000);
	}
	expect(lines).toEqual([]);
});

/** An edit is sent from a room that is left before there is an answer. */
async function leavesUnanswered() {
	const { page, goes } = await opens("reef");
	page.edit(said(1, "line 1"));
	sends("edit 1");
	goes("quay");
	page.requests.disconnected()();
	await vi.advanceTimersByTimeAsync(0);
	return { page, goes };
}

test("an edit without an answer is one again in its room", async () => {
	const { goes } = await leavesUnanswered();
	expect(field().value).toBe("");
	goes("reef");
	vi.advanceTimersByTime(2_000);
	expect([field().value, trouble()]).toEqual(["edit 1", SILENT]);
	sends();
	expect(sent.at(-1)).toMatchObject({ kind: "edit", target: 1 });
});

describe("a half-written edit", () => {
	const leaves = async () => {
		const opened = await opens("reef");
		opened.page.edit(said(1, "line 1"));
		types("half");
		return opened;
	};
	const isThere = () => {
		expect([field().value, trouble()]).toEqual(["half", ""]);
		sends();
		expect(sent.at(-1)).toMatchObject({ kind: "edit", target: 1 });
	};

	test("is there again after a change of room", async () => {
		const { goes } = await leaves();
		goes("quay");
		expect(field().value).toBe("");
		const { hasDraft } = await import("../../static/storage.ts");
		expect(["reef", "quay"].map(hasDraft)).toEqual([true, false]);
		goes("reef");
		isThere();
	});

	test("is there again after the page was loaded anew", async () => {
		await leaves();
		await reopens("reef");
		isThere();
	});

	test("is a new line once its message is too old to be changed", async () => {
		const { page, goes } = await leaves();
		goes("quay");
		page.lineAt = () => ({ ...said(1, "line 1"), time: 0 });
		goes("reef");
		vi.advanceTimersByTime(2_000);
		expect(trouble()).toMatch(/^This was an edit/);
		sends();
		expect(lines).toEqual(["half"]);
	});

	test("is there again after another edit", async () => {
		const { page } = await leaves();
		page.edit(said(2, "line 2"));
		sends("other");
		page.requests.receive({ kind: "relationDone", id: "a0" });
		vi.advanceTimersByTime(4_000);
		isThere();
	});

	test("says what it is where its message is not on the screen", async () => {
		const { page, goes, enters, catchesUp } = await leaves();
		goes("quay");
		page.lineAt = () => undefined;
		enters("reef");
		expect(field().value).toBe("");
		catchesUp();
		expect(field().value).toBe("half");
		expect(trouble()).toMatch(/^This was an edit/);
	});

	test("waits for the draft where its message is not on the screen", async () => {
		const { page, goes } = await opens("reef");
		types("draft");
		for (const offset of [1, 2]) {
			page.edit(said(offset, `line ${offset}`));
			types(`half ${offset}`);
		}
		goes("quay");
		page.lineAt = () => undefined;
		goes("reef");
		vi.advanceTimersByTime(4_000);
		expect(field().value).toBe("draft");
		for (const text of ["draft", "half 1", "half 2"]) {
			expect(field().value).toBe(text);
			sends();
			vi.advanceTimersByTime(4_000);
		}
	});

	test("is not what a refused line changes that is taken into the field", async () => {
		const { goes, composer } = await leaves();
		goes("quay");
		goes("reef");
		outboxLines.push({ text: "late" });
		Object(find("#failed-edit")).onclick();
		expect(field().value).toBe("late");
		composer.render();
		sends();
		expect(lines).toEqual(["late"]);
		expect(sent).not.toContainEqual(expect.objectContaining({ kind: "edit" }));
	});

	test("is in the draft where nothing can be said any more", async () => {
		const { page, composer } = await leaves();
		page.isClosed = true;
		composer.enter();
		expect(field().value).toBe("half");
	});
});

test("a half-written answer still is one after a change of room and a new load of the page", async () => {
	const { page, goes } = await opens("reef");
	page.reply(said(2, "line 2"));
	types("so");
	goes("quay");
	types("draft");
	goes("reef");
	await reopens("reef");
	sends();
	await reopens("quay");
	sends();
	expect(lines).toEqual(["so", "draft"]);
	expect(answered).toEqual([2, undefined]);
});

test("a half-written answer is one also before the room's messages are known", async () => {
	const { page, goes, enters, catchesUp } = await opens("reef");
	page.reply(said(2, "line 2"));
	types("so");
	goes("quay");
	enters("reef");
	sends();
	catchesUp();
	sends("next");
	expect(answered).toEqual([2, undefined]);
});

test("a half-written answer still is one after an edit", async () => {
	const { page } = await opens("reef");
	page.reply(said(2, "line 2"));
	types("so");
	page.edit(said(1, "line 1"));
	sends("edit 1");
	page.requests.receive({ kind: "relationDone", id: "a0" });
	expect(field().value).toBe("so");
	sends();
	expect(answered).toEqual([2]);
});

test("an edit without an answer says that it would be a new message where its message is not on the screen", async () => {
	const { page, goes } = await leavesUnanswered();
	page.lineAt = () => undefined;
	goes("reef");
	expect(field().value).toBe("edit 1");
	expect(trouble()).toMatch(/^There was no answer.* This was an edit/);
});

test.each([
	["nothing was written yet", ""],
	["it was taken out", "so"],
])("an answer is none unseen where %s", async (_, text) => {
	const { page, enters, catchesUp, goes } = await opens("reef");
	page.reply(said(2, "line 2"));
	types(text);
	goes("quay");
	page.lineAt = () => undefined;
	enters("reef");
	catchesUp();
	types("");
	types("something else");
	sends();
	expect(answered).toEqual([undefined]);
});

test("an answer that was left is none after a new load of the page", async () => {
	const { page } = await opens("reef");
	page.reply(said(2, "line 2"));
	types("so");
	Object(find("#replying-not")).onclick();
	await reopens("reef");
	sends();
	expect(answered).toEqual([undefined]);
});

test("an edit that was answered is not in the draft", async () => {
	const { page } = await opens("reef");
	page.edit(said(1, "line 1"));
	sends("edit 1");
	page.requests.receive({ kind: "relationDone", id: "a0" });
	await vi.advanceTimersByTimeAsync(0);
	await reopens("reef");
	expect(field().value).toBe("");
});

test("a command on its way when the page is loaded anew waits, but one that was answered does not", async () => {
	const { page } = await opens("reef");
	for (const command of ["/mute dan 1h", "/mute bob 1h"]) sends(command);
	page.answered();
	await reopens("reef");
	vi.advanceTimersByTime(2_000);
	expect([field().value, trouble()]).toEqual(["/mute bob 1h", SILENT]);
});

test("words that come back once the disk has space bring no reason", async () => {
	const { page, context, composer } = await opens("reef");
	for (const command of ["/mute dan 1h", "/mute bob 1h"]) sends(command);
	vi.advanceTimersByTime(2_000);
	context.trouble = { about: "server" };
	for (const id of ["b0", "b1"]) composer.takeBack("The disk is full.", id);
	expect([field().value, trouble()]).toEqual(["/mute dan 1h", ""]);
	context.trouble = undefined;
	sends();
	page.answered();
	vi.advanceTimersByTime(4_000);
	expect([field().value, trouble()]).toEqual(["/mute bob 1h", ""]);
});

test("an edit that was done, but had no answer, does not come back", async () => {
	const { page } = await opens("reef");
	page.lineAt = () => said(1, "edit 1");
	page.edit(said(1, "line 1"));
	sends("edit 1");
	page.requests.disconnected()();
	await vi.advanceTimersByTimeAsync(4_000);
	expect([field().value, trouble()]).toEqual(["", ""]);
});

test("an edit that is seen to be done leaves the field", async () => {
	const { page, composer } = await opens("reef");
	page.edit(said(1, "line 1"));
	sends("edit 1");
	vi.advanceTimersByTime(2_000);
	page.requests.disconnected()();
	await vi.advanceTimersByTimeAsync(0);
	expect([field().value, trouble()]).toEqual(["edit 1", SILENT]);
	const { offset: target, ...edited } = said(1, "edit 1");
	composer.updateReply({ ...edited, kind: "edited", offset: 2, target });
	expect([field().value, trouble()]).toEqual(["", ""]);
});

test("a command that is refused on the way to another room is told there", async () => {
	const { page, composer, goes } = await opens("reef");
	page.tellBot("@plumebot mute dan 1h");
	goes("quay");
	composer.takeBack("Too fast.", sent[0]?.id);
	expect(find("#brief-notice").textContent).toBe("Too fast.");
});
