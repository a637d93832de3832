/** What the form for the code sends by itself. */
import { expect, test, vi } from "vitest";
import { createActor } from "xstate";
import { MessageType } from "../../machines/message.ts";
import { pageMachine } from "../../machines/page.ts";
import type { PageEvent } from "../../machines/page-events.ts";

const elements = new Map<string, { value: string; oninput(): void }>();
function find(where: string) {
	const nothing = () => {};
	const calls = { focus: nothing, reset: nothing, replaceChildren: nothing };
	const made = { value: "", oninput: nothing, ...calls };
	if (!elements.has(where)) elements.set(where, made);
	return elements.get(where) ?? made;
}
vi.mock("../../static/element.ts", () => ({
	...{ find, make: () => {}, say: () => {}, complain: () => {} },
}));

const CODE = "K7M2QX";
const pending: PageEvent = {
	...{ type: "pending", id: "p1" },
	update: { key: "pending", note: "", tries: 5, expires: 0, resendAt: 0 },
};
const lost: PageEvent = { type: "closed", code: 1006, update: { jitter: 0 } };
const refusal: PageEvent = {
	...{ type: "refused", re: MessageType.auth, rule: "tabsAreLeft" },
	...{ update: { waitMs: 0 }, trouble: { about: "step", words: "No." } },
};

/** A person who has typed a code; the codes that were sent. */
async function typed() {
	for (const name of ["HTMLFormElement", "HTMLInputElement"])
		vi.stubGlobal(name, Object);
	vi.stubGlobal("HTMLButtonElement", Object);
	vi.useFakeTimers();
	const sent: string[] = [];
	const { verifyForm } = await import("../../static/verify.ts");
	const actions = {
		focusCode: () => queueMicrotask(() => form.focus()),
		sendCode: ({ event }: { event: PageEvent }) =>
			void (event.type === "code" && sent.push(event.code)),
	};
	const machine = pageMachine.provide({ actions });
	const input = { name: "", email: "", key: "none", room: "lobby" } as const;
	const actor = createActor(machine, { input });
	const form = verifyForm(
		Object({
			dispatch: (event: PageEvent) => actor.send(event),
			get snapshot() {
				return actor.getSnapshot();
			},
		}),
	);
	actor.subscribe(() => form.render());
	async function comes(...events: PageEvent[]) {
		for (const event of events) {
			actor.send(event);
			// What is to be done once the screen is shown is done before the next.
			await Promise.resolve();
		}
	}
	actor.start();
	const update = { name: "", email: "ann@example.org" };
	const field = find("#code");
	field.value = "";
	await comes({ type: "submit", update }, { type: "opened" }, pending);
	field.value = CODE;
	field.oninput();
	return { sent, comes, field };
}

test("a code that is refused for now is sent again by the person alone", async () => {
	const { sent, comes, field } = await typed();
	await comes(refusal);
	expect(sent).toEqual([CODE]);
	field.oninput();
	expect(sent).toEqual([CODE, CODE]);
});

test("a code whose answer was lost is sent again", async () => {
	const { sent, comes } = await typed();
	await comes(lost, { type: "retry" }, { type: "opened" }, pending);
	expect(sent).toEqual([CODE, CODE]);
});

test("a code that is typed while another mail is asked for is sent once it can be", async () => {
	const { sent, comes, field } = await typed();
	await comes({ type: "wrongCode" }, { type: "resend" });
	field.value = "N8P3RY";
	field.oninput();
	expect(sent).toEqual([CODE]);
	await comes(Object({ ...refusal, re: MessageType.hello }));
	expect(sent).toEqual([CODE, "N8P3RY"]);
});

test("a code that is typed while a third mail is asked for is sent, too", async () => {
	const { sent, comes, field } = await typed();
	await comes({ type: "wrongCode" }, { type: "resend" }, pending);
	await comes({ type: "resend" });
	field.value = "N8P3RY";
	field.oninput();
	await comes(Object({ ...refusal, re: MessageType.hello }));
	expect(sent).toEqual([CODE, "N8P3RY"]);
});

test("a code that another mail replaces is sent by the person alone", async () => {
	const { sent, comes, field } = await typed();
	await comes({ type: "wrongCode" }, { type: "resend" });
	field.value = "N8P3RY";
	field.oninput();
	await comes(pending);
	expect(sent).toEqual([CODE]);
	field.oninput();
	expect(sent).toEqual([CODE, "N8P3RY"]);
});
