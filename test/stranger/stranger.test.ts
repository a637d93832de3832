/** PROTOCOL.md is enough to write a client that loses nothing. */
import { expect, test } from "vitest";
import { talkOf } from "./story.ts";

test("a client written from PROTOCOL.md sees each line once, in order", async () => {
	expect(await talkOf({ seconds: 12, kills: 1 })).toContain("each seen once");
});
