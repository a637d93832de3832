/** Which messages go on below the one above, without its writer's name. */
import { expect, test } from "vitest";
import type { Line } from "../../static/frames.ts";

test("the bot's words have their name again after a line about people", async () => {
	const { rowsOf } = await import("../../static/row.ts");
	const time = 1_800_000_000_000;
	const aside: Line = { kind: "aside", name: "plumebot", text: "Hi.", time };
	const entered: Line = {
		...{ kind: "entered", name: "bob", text: "entered chat", client: "b" },
		...{ room: "lobby", epoch: "e", offset: 1, time },
	};
	const lines = [aside, { ...aside }, entered, { ...aside }];
	const rows = rowsOf(lines, 0).map(({ isContinued }) => isContinued);
	expect(rows).toEqual([false, true, false, false]);
});
