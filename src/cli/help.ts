/** What `--help` prints: made from the tables the program itself reads. */

import { limitVariables, settingVariables } from "../config.ts";
import type { Variable } from "../settings.ts";
import type { Topic } from "./arguments.ts";

const LOG = `LOG is a data folder, one segment file, or - for standard input.
It defaults to the data folder, PLUME_DATA.`;

const plume = `Plume, a small event-sourced chat server.

  plume [serve] [flags]     run the server
  plume check [flags]       tell whether a start would succeed
  plume replay [LOG]        fold a log through the statecharts and tell what is
  plume cut DATA FOLDER     copy the sound beginning of a log, to start from
  plume rehearse [LOG]      try a log on this version before it is upgraded to
  plume why CLIENT|SEQ [LOG]  tell the story of a client, or of an event
  plume --version           tell the version

Each has its own --help.
Exit codes: 0 all is well, 1 failure, 2 usage or configuration, 3 a log failed verification.
`;

const check = `plume check [flags]

Looks at all that a start needs: the settings, the data folder, the log, the
clock, the secret, and the mail service. It tells one line for each: ok, or
what is wrong and what to do. It never writes, and sends no mail. A server
must not be running. The flags and variables are those of plume serve.

Exit codes: 0 a start would succeed, 1 it would not, 2 the settings are wrong,
3 the log fails verification.
`;

const replay = `plume replay [LOG] [flags]

Folds an event log through the machines that run the server, and tells the
state they end in. It never writes, and may run beside a server.

${LOG}

  --to SEQ|TIME   stop after event number SEQ, or at a time (ISO 8601)
  --room NAME     tell of this room only
  --client ID     tell of clients whose id is ID, or begins with it
  --verify        check the hash chain, continuity, batches, erasable text, that
                  every event is legal, and every checkpoint; name file, line,
                  offset and seq of the first that is not
  --json          tell the state as one line of JSON
  --follow        tell each event as a running server logs it, the last ten
                  first, without what was said; Ctrl+C ends it
  --inspect       open a page over the log on a free port of this machine, and
                  print its link: look at any moment, find events of a room or
                  a client, compare two moments; Ctrl+C ends it
  --bisect WHAT   tell the first event after which WHAT holds (exit code 1 if it
                  never does): owner:NAME, member:ROOM/NAME or messages:ROOM>N
`;

const cut = `plume cut DATA [--to SEQ|TIME] FOLDER

Copies the sound beginning of a log, with the secret, into FOLDER, which must be
new or empty, and restores it there: what was erased later is erased there, too,
and everyone who comes back is told that something is missing. Tells what is
left out. It works on a log that is damaged or incomplete. DATA is never written
to, and a server may run on it.

  --to SEQ|TIME   copy no event after number SEQ, or after a time (ISO 8601)

Exit codes: 0 it can be started, 1 failure, 3 nothing up to there is sound.
`;

const rehearse = `plume rehearse [LOG] [--all]

Takes a log, as a server would live it, through the machines of this version:
run it on a copy of the data before upgrading. It tells the first event that
they would refuse, by number and rule, goes on without it, counts the others by
rule, and tells the first checkpoint that vouches for another state. It never
writes.

  --all           list every event that would be refused

${LOG}

Exit codes: 0 all would go as it went, 3 it would not.
`;

const why = `plume why CLIENT|SEQ [LOG]

Tells in plain words what happened to a client: when it asked for a code, came
in, lost the connection, came back, and why it left. CLIENT is a client's id,
or as much of its beginning as no other shares (--follow shows them).

SEQ is the number of an event: tells what it was, whose, what it changed, and
what that client did just before and after.

${LOG} It never writes.
`;

/** The help text of a command. */
export function helpText(of: Topic): string {
	return of === "serve"
		? serve()
		: { plume, check, cut, replay, rehearse, why }[of];
}

function serve(): string {
	const list = (variables: readonly Variable[]) =>
		variables.map(variableRow).join("\n");
	const plain = settingVariables.filter(({ isSecret }) => !isSecret);
	const secrets = settingVariables.filter(({ isSecret }) => isSecret);
	return `plume serve [flags]

Runs the server. Every flag can be said as a variable instead; a flag stands
above its variable.

${list(plain)}
${row("--accept-clock", "", "start at once although the log is from the future")}
${row("--accept-missing", "", "start although events are missing from the log")}
${row("--restored", "", "once, after a backup was copied back by hand: tell everyone that something is missing")}
${row("--accept-secret", "", "start with another secret than the log was written with")}

Secrets have no flag. They are read from the service manager's credentials
($CREDENTIALS_DIRECTORY/NAME) first, then from the environment:

${list(secrets)}

Limits, with the unit in the name:

${list(limitVariables)}
`;
}

function variableRow({ name, flag, isSecret, help, value }: Variable): string {
	return row(isSecret ? "" : `--${flag}`, name, help, String(value ?? ""));
}

function row(flag: string, variable: string, help: string, value = "") {
	const names = `  ${flag.padEnd(34)} ${variable}`.trimEnd();
	return `${names}\n      ${help}${value && ` [${value}]`}`;
}
