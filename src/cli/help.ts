/** What `--help` prints: made from the tables the program itself reads. */
import { flagOf, limitVariable, settingTable } from "../config.ts";
import { limitTable } from "../limits.ts";

const plume = `Plume, a small event-sourced chat server.

  plume [serve] [flags]     run the server
  plume replay [LOG]        fold a log through the statecharts and tell what is
  plume --version           tell the version

Each has its own --help.
Exit codes: 0 all is well, 1 failure, 2 usage or configuration, 3 a log failed verification.
`;

const replay = `plume replay [LOG] [flags]

Folds an event log through the machines that run the server, and tells the
state they end in. It never writes, and may run beside a server.

LOG is a data folder, one segment file, or - for standard input.
It defaults to the data folder, PLUME_DATA.

  --to SEQ|TIME   stop after event number SEQ, or at a time (ISO 8601)
  --verify        check the hash chain, continuity, batches, erasable text and
                  that every event is legal; name file, line, offset and seq of
                  the first that is not
  --json          tell the state as one line of JSON
`;

/** The help text of a command. */
export function helpText(of: "plume" | "serve" | "replay"): string {
	if (of === "plume") return plume;
	return of === "replay" ? replay : serve();
}

function serve(): string {
	const settings = Object.entries(settingTable);
	const plain = settings
		.filter(([, { secret }]) => !secret)
		.map(([name, { help, fallback }]) =>
			row(`--${flagOf(name)}`, name, help, fallback),
		);
	const secrets = settings
		.filter(([, { secret }]) => secret)
		.map(([name, { help }]) => row("", name, help));
	const limits = Object.entries(limitTable).map(([key, { help, value }]) => {
		const name = limitVariable(key);
		return row(`--${flagOf(name)}`, name, help, String(value));
	});
	return `plume serve [flags]

Runs the server. Every flag can be said as a variable instead; a flag stands
above its variable.

${plain.join("\n")}
${row("--accept-clock", "", "start although the log is from the future")}

Secrets have no flag. They are read from the service manager's credentials
($CREDENTIALS_DIRECTORY/NAME) first, then from the environment:

${secrets.join("\n")}

Limits, with the unit in the name:

${limits.join("\n")}
`;
}

function row(flag: string, variable: string, help: string, fallback = "") {
	const names = `  ${flag.padEnd(34)} ${variable}`.trimEnd();
	const value = fallback === "" ? "" : ` [${fallback}]`;
	return `${names}\n      ${help}${value}`;
}
