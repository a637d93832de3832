/** One server of several processes, as a member of the chat meets it. */
import { expect, test } from "vitest";
import { talkOf } from "../stranger/story.ts";

test("strangers see each line once, though the sequencer and each edge die", async () => {
	const story = await talkOf({ seconds: 12, kills: 3, edges: 2 });
	console.info(story);
	expect(story).toContain("each seen once");
});
