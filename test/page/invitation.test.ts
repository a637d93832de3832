/** What becomes of an invitation that this tab was opened with. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Answer } from "../../static/frames.ts";

const bar = { hidden: false, append: () => {} };
const buttons: (() => void)[] = [];
const drop = vi.fn();
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: () => {} }));
vi.mock("../../static/last-act.ts", () => ({ lastAct: () => () => true }));
vi.mock("../../static/dialog.ts", () => ({
	smallButton: (_: string, onclick: () => void) => buttons.push(onclick),
}));
vi.mock("../../static/element.ts", () => ({
	...{ find: () => bar, make: () => bar },
	show: (_: object, isShown: boolean) => {
		bar.hidden = !isShown;
	},
}));
vi.mock("../../static/storage.ts", () => ({
	...{ storedInvitation: () => "a token", dropInvitation: drop },
}));
vi.stubGlobal("document", { querySelector: () => null });

beforeEach(() => {
	buttons.length = 0;
	drop.mockClear();
});

/** Joins, and gets that answer. */
async function join(answer: Answer): Promise<void> {
	const { offerInvitation } = await import("../../static/invitation.ts");
	const ask = async () => answer;
	offerInvitation(Object({ ask: async () => "No.", requests: { ask } }));
	buttons[0]?.();
	await Promise.resolve();
	await Promise.resolve();
}

test("an invitation that was refused for now can be used again", async () => {
	await join({ kind: "notDone", words: "No.", retryAfter: 500 });
	expect(bar.hidden).toBe(false);
	expect(drop).not.toHaveBeenCalled();
});

test("an invitation that was refused for good is gone", async () => {
	await join({ kind: "notDone", words: "No." });
	expect(bar.hidden).toBe(true);
	expect(drop).toHaveBeenCalled();
});
