/** A server that is one of several, in a browser. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { newDataFolder } from "../program/program.ts";
import { stage } from "./stage.ts";

const { enter } = stage({
	PLUME_SEQUENCER: join(await newDataFolder(), "nodes.sock"),
	PLUME_NODE: "north",
});

test("the settings say which of several servers one is connected through", async () => {
	const ann = await enter("ann");
	await ann.opensSettings();
	const line = ann.page.locator("#settings #node");
	await expect
		.poll(() => line.innerText())
		.toBe("You are connected through “north”.");
	const answers = await ann.holdsAnswers();
	answers.hold();
	await ann.page.reload();
	await ann.isInside();
	await ann.opensSettings();
	expect(await line.isVisible()).toBe(false);
	answers.arrive();
	await line.waitFor();
});
