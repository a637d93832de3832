/** What the login form says to a person whose session is over. */
import { beforeEach, expect, test, vi } from "vitest";
import { createActor } from "xstate";
import { MessageType } from "../../machines/message.ts";
import { pageMachine } from "../../machines/page.ts";
import type { PageEvent } from "../../machines/page-events.ts";

/** What stands below the form. */
let said = "";
vi.mock("../../static/element.ts", () => ({
	complain: () => {},
	find: (where: string) => ({ where, classList: { toggle: () => {} } }),
	say({ where }: { where: string }, words: string) {
		if (where === "#step-trouble") said = words;
	},
}));

const over = "You are not logged in any more.";
const refused: PageEvent = {
	...{ type: "refused", re: MessageType.open, rule: "sessionIsOpen" },
	...{ update: { waitMs: 0 }, trouble: { about: "step", words: over } },
};
const closed: PageEvent = {
	...{ type: "closed", code: 4002, words: "" },
	update: { jitter: 0 },
};

beforeEach(() => {
	for (const name of ["window", "HTMLFormElement", "HTMLInputElement"])
		vi.stubGlobal(name, {});
	vi.stubGlobal("HTMLButtonElement", {});
});

/** What the form says after these events to a person who wished that everything be deleted. */
async function saidAfter(farewell: string, ...events: readonly PageEvent[]) {
	const { enterForm } = await import("../../static/enter.ts");
	const person = { name: "Ann", email: "ann@example.org" };
	const input = { ...person, key: "session", room: "lobby", farewell } as const;
	const actor = createActor(pageMachine, { input }).start();
	for (const event of events) actor.send(event);
	const page = { snapshot: actor.getSnapshot() };
	enterForm(Object(page), person).render();
	return said;
}

test("who wished that everything be deleted reads that it may be done where the session is over", async () => {
	const opened = { type: "opened" } as const;
	const words = `${over} All you said may be deleted by now: log in to see.`;
	expect(await saidAfter("All is gone.", opened, refused)).toBe(words);
	expect(await saidAfter("", opened, refused)).toBe(over);
});

test("who was told that everything is deleted reads no doubt of it", async () => {
	const erased = { type: "allErased", update: { isErased: true } } as const;
	const opened = { type: "opened" } as const;
	const words = await saidAfter("All is gone.", opened, erased, closed);
	expect(words).toBe("All is gone.");
});
