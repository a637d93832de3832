/** Entering: one calm screen, a code from the mail, and words for whatever is refused. */

import { expect, test } from "vitest";
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
	await ann.types(code);
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

test("a taken name is refused beside its field, where another one can be entered", async () => {
	const ann = await enter("ann");
	const eve = await openPage("ann");
	await eve.asksForACode("eve@example.org");
	await eve.seesStatus("That name is taken");
	const name = eve.page.getByLabel("Name");
	expect(await name.getAttribute("aria-invalid")).toBe("true");
	await eve.page.getByLabel("Name").fill("eve");
	await eve.page.keyboard.press("Enter");
	await eve.types(await plume().codeFor("eve"));
	await ann.reads("eve came in");
});

test.each([
	["a b", "ann@example.org", "Name", "A name has 1 to 32 letters"],
	["plumebot", "ann@example.org", "Name", "That name"],
	["ann", "ann@example.org, bob@example.org", "Email", /email|@/],
	["ann", "ann@example.com", "Email", "Ask whoever runs it"],
])(
	"%s, %s is refused beside the field, in words",
	async (name, email, field, words) => {
		const ann = await openPage(name, phone);
		await ann.asksForACode(email);
		await ann.seesStatus(words);
		const wrong = ann.page.getByLabel(field, { exact: true });
		expect(await wrong.getAttribute("aria-invalid")).toBe("true");
		expect(await wrong.evaluate((one) => one === document.activeElement)).toBe(
			true,
		);
	},
);

test("an address or a code is accepted however it was pasted", async () => {
	const dana = await openPage("dana");
	await dana.asksForACode("dana@example.org\u200f");
	const code = await plume().codeFor("dana");
	await dana.types("Your code");
	await dana.seesStatus("A code has 6 letters and digits.");
	const wide = [...code].map((sign) =>
		String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
	);
	await dana.types(`Your code: ${wide.join("")}`);
	await dana.reads("dana came in");
});

test("name, email field, code field: each is ready for the next try", async () => {
	const ann = await openPage("anna");
	await ann.getsACode();
	const code = ann.page.getByLabel("Code");
	expect(await code.getAttribute("autocomplete")).toBe("one-time-code");
	expect(await code.evaluate((one) => one === document.activeElement)).toBe(
		true,
	);
	await ann.presses("Use another name or email");
	expect(await ann.page.getByLabel("Name").inputValue()).toBe("anna");
	await ann.page.getByLabel("Email").fill("anna.other@example.org");
	await ann.page.keyboard.press("Enter");
	await ann.page.getByText("anna.other@example.org").waitFor();
	await ann.types(await plume().codeFor("anna"));
	await ann.isInside();
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
	await cleo.types(fresh);
	await cleo.isInside();
});
