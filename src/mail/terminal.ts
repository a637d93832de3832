/**
 * The development mailer: prints the code instead of mailing it, in a frame
 * for people or as one JSON line for programs. Never for production: whoever
 * reads the output can log in as anyone.
 */
import type { Clock } from "../clock.ts";
import { MailError, type Mailer } from "./mailer.ts";

export interface TerminalOptions {
	/** Takes one line, without its end. */
	readonly print: (line: string) => void;
	/** For a terminal; else one line in pino's shape: level, time, msg, name, code. */
	readonly pretty: boolean;
	readonly clock: Clock;
}

export function terminalMailer(options: TerminalOptions): Mailer {
	const { print, pretty, clock } = options;
	return {
		async send({ name, code }, signal) {
			if (signal.aborted) throw new MailError("the mail was called off");
			const line = { level: 30, time: clock.now(), msg: "login code" };
			if (pretty) for (const row of frame(name, code)) print(row);
			else print(JSON.stringify({ ...line, name, code }));
		},
	};
}

/** Open to the right, because how wide a name is shown only the terminal knows. */
function frame(name: string, code: string): string[] {
	const edge = "━".repeat(40);
	const inverse = `\x1b[1;7m  ${code}  \x1b[0m`;
	const rows = ["", `Login code for ${name}`, "", inverse, ""];
	return [`┏${edge}`, ...rows.map((row) => `┃   ${row}`), `┗${edge}`];
}
