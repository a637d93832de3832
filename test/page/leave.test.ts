/** How long something waits for a room to be open. */
import { expect, test, vi } from "vitest";
import { createActor } from "xstate";
import { MessageType } from "../../machines/message.ts";
import { pageMachine } from "../../machines/page.ts";
import type { PageEvent } from "../../machines/page-events.ts";

const opened: PageEvent = { type: "opened" };
const welcome: PageEvent = {
	...{ type: "welcome", client: "c1", epoch: "e1", offset: 0 },
	...{ last: 0, said: 0, update: { name: "Ann", room: "lobby" } },
};
const ended: PageEvent = {
	...{ type: "refused", re: MessageType.open, rule: "sessionIsOpen" },
	...{ update: { waitMs: 0 }, trouble: { about: "step", words: "No." } },
};

test.each([
	["is open", welcome, true],
	["can't be, as the session is over", ended, false],
])("what waits for a room goes on once it %s", async (_, event, isOpen) => {
	vi.stubGlobal("addEventListener", () => {});
	const { Page } = await import("../../static/page.ts");
	const { whenOpen } = await import("../../static/when-open.ts");
	const input = { name: "", email: "", key: "session", room: "lobby" } as const;
	const actor = createActor(pageMachine, { input }).start();
	const page = new Page(Object({ actor: () => actor }));
	const waits = whenOpen(page);
	for (const each of [opened, event]) actor.send(each);
	const late = new Promise((resolve) => setTimeout(resolve, 0, "waits"));
	expect(await Promise.race([waits, late])).toBe(isOpen);
});
