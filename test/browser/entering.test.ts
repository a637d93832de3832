/** Entering: one calm screen, a code from the mail, and words for whatever is refused. */

import { expect, test } from "vitest";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage({
	PLUME_LIMIT_RESEND_SECONDS: "2",
	PLUME_ALLOW: "@example.org",
});

test("the right code still works after a wrong one, which says how many tries are left", async () => {
	const ann = await openPage("ann");
	await ann.asksForACode();
	const code = await plume().codeFor("ann");
	await ann.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await ann.seesStatus("That code is not right.");
	await ann.page.getByText("4 tries and 10 minutes left.").waitFor();
	await ann.entersWith(code);
	await ann.isGreeted();
});

test("a code that was tried too often has to be asked for again", async () => {
	const ann = await openPage("ann");
	await ann.asksForACode();
	await plume().codeFor("ann");
	for (const left of ["4 tries", "3 tries", "2 tries", "1 try"]) {
		await ann.types("AAAAAA");
		await ann.page.getByText(`${left} and`).waitFor();
	}
	await ann.types("AAAAAA");
	await ann.seesStatus("Please ask for a new code.");
	expect(await ann.page.getByLabel("Email").inputValue()).toContain("ann@");
	await ann.comesIn();
});

/** The field is marked as wrong, and the next key goes there. */
async function isWrong({ page }: Person, label: string): Promise<void> {
	const field = page.getByLabel(label, { exact: true });
	await field.and(page.locator("[aria-invalid=true]:focus")).waitFor();
}

test("a name that can't be had is refused beside its field, where another one can be entered", async () => {
	const ann = await enter("ann");
	const eve = await openPage("eve", phone);
	await eve.types(await eve.getsACode());
	await eve.page.getByText("You are new here.").waitFor();
	expect(await eve.page.getByRole("alert").allInnerTexts()).not.toContain(
		"Nobody here has your email yet. Choose a name.",
	);
	for (const [name, words] of [
		["ann", "That name is taken"],
		["plumebot", "That name is taken"],
		["-", "A name has 1 to 32 letters"],
		["e".repeat(33), "A name has 1 to 32 letters"],
		["", "Write a name first."],
	] as const) {
		await eve.choosesName(name);
		await eve.seesStatus(words);
		await isWrong(eve, "Name");
	}
	await eve.choosesName("eve");
	await ann.reads("eve came in");
});

test("a name with spaces is offered with dashes", async () => {
	const maria = await openPage("anna-maria");
	await maria.types(await maria.getsACode());
	await maria.choosesName("😀 ❤️");
	await maria.seesStatus("There are no spaces in names.");
	expect(await maria.page.locator("#name-offer").isVisible()).toBe(false);
	await maria.choosesName("Anna Maria 😀");
	await maria.presses("Use “Anna-Maria”?");
	await maria.reads("Anna-Maria came in");
});

test("who comes back by the same email has the name that they had", async () => {
	const newcomer = await openPage("annabel");
	await newcomer.types(await newcomer.getsACode());
	await newcomer.choosesName("Annabel");
	await newcomer.isInside();
	const ann = newcomer.becomes("Annabel");
	await ann.logsOut("Log out");
	await ann.isOutside();
	await ann.types(await ann.getsACode());
	await ann.isInside();
	await ann.opensSettings();
});

test.each([
	["ann@example.org, bob@example.org", /email|@/],
	["ann@example.com", "Ask whoever runs it"],
])("%s is refused beside the field, in words", async (email, words) => {
	const ann = await openPage("ann", phone);
	await ann.asksForACode(email);
	await ann.seesStatus(words);
	await isWrong(ann, "Email");
});

test("an address or a code is accepted however it was pasted", async () => {
	const dana = await openPage("dana");
	await dana.asksForACode("dana@example.org\u200f");
	const code = await plume().codeFor("dana");
	await dana.types("Your code");
	await dana.seesStatus("A code has 6 letters and digits.");
	const wide = [...code].map((sign) =>
		String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
	);
	await dana.entersWith(`Your code: ${wide.join("")}`);
	await dana.reads("dana came in");
});

test("the email field and the code field: each is ready for the next try", async () => {
	const ann = await openPage("anna");
	await ann.getsACode();
	const code = ann.page.getByLabel("Code");
	expect(await code.getAttribute("autocomplete")).toBe("one-time-code");
	expect(await code.evaluate((one) => one === document.activeElement)).toBe(
		true,
	);
	await ann.presses("Use another email");
	const email = ann.page.getByLabel("Email");
	expect(await email.inputValue()).toBe("anna@example.org");
	await ann.page.getByLabel("Email").fill("anna.other@example.org");
	await ann.page.keyboard.press("Enter");
	await ann.page.getByText("anna.other@example.org").waitFor();
	await ann.entersWith(await plume().codeFor("anna.other"));
});

test("a code can be asked for again after a visible wait, which ends the old one", async () => {
	const cleo = await openPage("cleo", phone);
	// Her clock stands until the wait was seen, however long that takes.
	await cleo.page.clock.install();
	await cleo.page.clock.pauseAt(Date.now() + 60_000);
	const old = await cleo.getsACode();
	const wait = cleo.page.getByRole("button", { name: /Send again in \d+ s/ });
	await wait.waitFor();
	expect(await wait.isDisabled()).toBe(true);
	await cleo.page.clock.resume();
	await cleo.presses("Send it again");
	await cleo.seesStatus("Another code is on its way.");
	const fresh = await plume().codeFor("cleo");
	await cleo.types(old);
	await cleo.seesStatus("That code is not right.");
	await cleo.entersWith(fresh);
});
