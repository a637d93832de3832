/** Two people, two browsers, the real server: they come in, talk, and are told what goes wrong. */

import { describe, expect, test } from "vitest";
import { phone, stage } from "./stage.ts";

const { enter } = stage();

test.each([
	["wide and light", { colorScheme: "light" as const }],
	["wide and dark", { colorScheme: "dark" as const }],
	["a phone, light", { ...phone, colorScheme: "light" as const }],
	["a phone, dark", { ...phone, colorScheme: "dark" as const }],
])(
	"two people talk after they came in with mailed codes: %s",
	async (_, look) => {
		const [ann, bob] = await Promise.all([enter("ann", look), enter("bob")]);
		await ann.says("Hello Bob,\nhow are you?");
		await bob.reads("how are you?");
		await bob.says("<b>Fine</b> &amp; well");
		await ann.reads("<b>Fine</b> &amp; well");
		await bob.logsOut("Log out");
		await ann.reads("bob left");
		await ann.logsOut("Log out");
		await ann.isOutside();
	},
);

test("a newcomer reads what was said before, without the bot's words to others", async () => {
	const ann = await enter("ann");
	await ann.says("The key is under the mat.");
	await ann.reads("The key is under the mat.");
	const bob = await enter("bob");
	await bob.reads("The key is under the mat.");
	await bob.isGreeted();
	const log = await bob.page.getByRole("log").innerText();
	expect(log).not.toContain("ann@example.org");
});

test("a text that is too long stays in the field, with words about it", async () => {
	const ann = await enter("ann");
	await ann.says("é".repeat(4_001));
	await ann.seesStatus("4,001 characters");
	await ann.says("é".repeat(4_000));
	await ann.reads("é".repeat(4_000));
});

test("a reader who scrolled up stays there, with a count of new lines", async () => {
	const ann = await enter("ann", phone);
	const bob = await enter("bob");
	await bob.says("a tall story ".repeat(120));
	await ann.reads("a tall story");
	await ann.page.getByRole("log").hover();
	await ann.page.mouse.wheel(0, -10_000);
	await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
	await bob.says("the end");
	await ann.page.getByRole("button", { name: "1 new below" }).click();
	await ann.page
		.getByRole("button", { name: /latest|new/ })
		.waitFor({ state: "hidden" });
});

describe("with limits", () => {
	const { enter } = stage({
		PLUME_LIMITS: "on",
		PLUME_LIMIT_TEXT_POINTS: "10",
	});

	test("more lines at once than are allowed each arrive once, in order", async () => {
		const ann = await enter("ann");
		const bob = await enter("bob");
		const lines = Array.from({ length: 26 }, (_, at) => `line ${at + 1}.`);
		await ann.saysAtOnce(lines);
		await ann.hasHeard("That was too fast. Please wait a moment.");
		await bob.reads("line 26.");
		const log = await bob.page.getByRole("log").innerText();
		expect(log.match(/line \d+\./g)).toEqual(lines);
	});

	test("a refused line can be edited by its writer, who sees the reason", async () => {
		const ann = await enter("ann");
		await ann.says("Hello everyone");
		await ann.says("Hello");
		await ann.seesStatus("1 line was not sent. That message is too long.");
		await ann.reads("Hello");
		await ann.page.locator("#failed-edit").click();
		const field = ann.page.getByLabel("Your message");
		expect(await field.inputValue()).toBe("Hello everyone");
		await ann.says("Hello all");
		await ann.reads("Hello all");
	});

	test.each([
		["cleo", "/block bo"],
		["dan", "/blokc bo"],
		["eve", "/pins"],
		["fay", "\n/block bo"],
	])(
		"a refused line of %s is not put before a command, which would be told to the room: %j",
		async (name, command) => {
			const ann = await enter(name);
			await ann.says("Hello everyone");
			await ann.seesStatus("1 line was not sent. That message is too long.");
			await ann.field.fill(command);
			await ann.page.locator("#failed-edit").click();
			expect(await ann.field.inputValue()).toBe("Hello everyone");
			await ann.says("Hello all");
			await ann.reads("Hello all");
			await expect.poll(() => ann.field.inputValue()).toBe(command);
		},
	);
});
