import { expect, it } from "vitest";
import { terminalMailer } from "../../src/mail/terminal.ts";
import { FakeClock } from "../fakes/clock.ts";
import { mail, mailerContract } from "./mailer.contract.ts";

function openTerminal(pretty: boolean) {
	const lines: string[] = [];
	const print = (line: string) => lines.push(line);
	const clock = new FakeClock(1_767_225_600_000);
	return { lines, mailer: terminalMailer({ print, pretty, clock }) };
}

for (const pretty of [true, false])
	mailerContract(
		pretty ? "framed terminal" : "plain terminal",
		[],
		async () => {
			const { lines, mailer } = openTerminal(pretty);
			return {
				mailer,
				get arrived() {
					return lines.length > 0 ? [{ to: [], text: lines.join("\n") }] : [];
				},
				faults: {},
				secrets: [],
				close: async () => {},
			};
		},
	);

it("prints one line that programs can read, in one order", async () => {
	const { lines, mailer } = openTerminal(false);
	await mailer.send(mail, new AbortController().signal);
	expect(lines).toEqual([
		'{"level":30,"time":1767225600000,"msg":"login code","name":"Ada_<b>","code":"7KQ2M9"}',
	]);
});

it("never prints an address", async () => {
	for (const pretty of [true, false]) {
		const { lines, mailer } = openTerminal(pretty);
		await mailer.send(mail, new AbortController().signal);
		expect(lines.join()).not.toContain("@");
	}
});
