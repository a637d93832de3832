/** `npm run kills`: two minutes and five kills, for a client written from PROTOCOL.md. */
import { expect, test } from "vitest";
import { talkOf } from "./story.ts";

test("strangers see each line once through five kills", async () => {
	const story = await talkOf({ seconds: 120, kills: 5 });
	console.info(story);
	expect(story).toContain("each seen once");
});
