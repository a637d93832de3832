/**
 * The mailer for development: prints the code instead of mailing it, in a frame
 * for people or as a line of JSON for programs. Never for production: everyone
 * who can read the output can log in as anyone.
 */
import type { Clock } from "../clock.ts";
import { MailError, type Mailer } from "./mailer.ts";

export interface TerminalOptions {
	/** Prints a line, given without its end. */
	readonly print: (line: string) => void;
	/** For a terminal; else one line in pino's shape: level, time, msg, name, code. */
	readonly pretty: boolean;
	readonly clock: Clock;
}

export function terminalMailer(options: TerminalOptions): Mailer {
	const { print, pretty, clock } = options;
	return {
		prints: true,
		async send({ name, code }, signal) {
			if (signal.aborted) throw new MailError("the mail was called off");
			const line = { level: 30, time: clock.now(), msg: "login code" };
			if (pretty) for (const row of frame(name, code)) print(row);
			else print(JSON.stringify({ ...line, name, code }));
		},
	};
}

/** Frames the code. The frame is open to the right, because only the terminal knows how wide a name is. */
function frame(name: string, code: string): string[] {
	const edge = "━".repeat(40);
	const inverse = `\x1b[1;7m  ${code}  \x1b[0m`;
	const rows = ["", `Login code for ${name}`, "", inverse, ""];
	return [`┏${edge}`, ...rows.map((row) => `┃   ${row}`), `┗${edge}`];
}
