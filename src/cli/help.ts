/** The help texts. Settings and limits come from the tables that the program reads. */
import { limitVariables, settingVariables } from "../config.ts";
import {
	isOperatorCommand,
	type OperatorCommand,
	operatorUsage,
} from "../operator/usage.ts";
import type { Variable } from "../settings.ts";
import type { Topic } from "./arguments.ts";

const LOG = `LOG is a data folder, one segment (.ndjson), or - for standard input.
It defaults to the data folder, PLUME_DATA.`;

/** How a command of an operator is typed. */
export const operatorLine = (command: OperatorCommand): string =>
	["plume", command, ...operatorUsage[command].args].join(" ");

const operatorRows = Object.keys(operatorUsage)
	.filter(isOperatorCommand)
	.map(
		(command) =>
			`  ${operatorLine(command).padEnd(25)} ${operatorUsage[command].help}`,
	);

const plume = `Plume, a small event-sourced chat server.

  plume [serve] [flags]     run the server
  plume check [flags]       check whether a start would succeed
  plume doctor [flags]      look for faults, also while the server runs
  plume replay [LOG]        fold a log through the statecharts, print the state
  plume backup FOLDER|-     copy the log and the secret, also while a server runs
  plume restore FOLDER|-    put a backup into an empty data folder
  plume cut DATA FOLDER     copy the sound beginning of a log, to start from
  plume rehearse [LOG]      try a log with this version before upgrading to it
  plume acts [LOG]          who moderated whom, when and why
  plume secret rotate       why the secret can't be changed, and what to do
  plume why CLIENT|SEQ [LOG]  explain what happened to a client, or an event
  plume --version           print the version

These ask the running server, by the socket in its data folder:

${operatorRows.join("\n")}

Each has its own --help.
Exit codes: 0 all is well, 1 failure, 2 usage or configuration, 3 a log failed verification.
`;

const check = `plume check [flags]

Checks everything that a start needs: the settings, the data folder, the log,
the clock, the secret, and the mail service. It prints one line for each: ok, or
what is wrong and what to do. It never writes, and sends no mail. No server may
be running. The flags and variables are those of plume serve.

Exit codes: 0 a start would succeed, 1 it would not, 2 the settings are wrong,
3 the log fails verification.
`;

const doctor = `plume doctor [flags]

Does what plume check does, and looks at what goes wrong over the years: who may
read the data, space on the disk, the clock, proxy settings that contradict each
other, the systemd unit, and the port. It prints one line for each: ok, or what
is wrong and what to do. The server may run. Give it the server's settings: the
flags and variables are those of plume serve.

  --backups DIR      look how old the newest backup in DIR is
  --send-to ADDRESS  send a mail there, as to someone who logs in

Exit codes: 0 all is well, 1 something is not.
`;

const replay = `plume replay [LOG] [flags]

Folds an event log through the machines that run the server, and prints the
resulting state. It never writes, and may run beside a server.

${LOG}

  --to SEQ|TIME   stop after event number SEQ, or at a time (ISO 8601)
  --room NAME     print only this room
  --client ID     print only clients whose id is ID, or begins with it
  --verify        check the hash chain, continuity, batches, erasable text, that
                  every event is legal, and every checkpoint; name file, line,
                  offset and seq of the first that is not
  --json          print the state as one line of JSON
  --follow        print each event as a running server logs it, beginning with
                  the last ten, without the text of messages; Ctrl+C ends it
  --inspect       open the inspector over the log on a free port of this machine
                  and print its link: view any moment, find events of a room or
                  a client, compare two moments; Ctrl+C ends it
  --bisect WHAT   print the first event after which WHAT holds (exit code 1 if it
                  never does): owner:NAME, member:ROOM/NAME or messages:ROOM>N
`;

const backup = `plume backup FOLDER|- [--without-secret]

Copies the log and the secret of the data folder, PLUME_DATA, into FOLDER, which
must be new or empty; with -, as a tar to standard output. A server may run, and
erase. The copy is verified, and durable when the command ends with 0. If it
fails, no FOLDER is left. plume replay reads it, and plume restore brings it back.

  --without-secret  leave the secret out, and keep it elsewhere

Exit codes: 0 it is made, 1 failure, 3 the log failed verification.
`;

const restore = `plume restore FOLDER|- [flags]

Puts a backup into the data folder, PLUME_DATA, which must be new or empty; with
-, a tar from standard input. It verifies all of it first. The log is marked as
restored: everyone who comes back sees that something may be missing.

  --keep-sessions          let people go on without a new login. By default all
                           sessions end: one may have been logged out since
  --erasures-from DATA     erase again what was erased after the backup, as
                           another copy of the log shows; it may be damaged

Exit codes: 0 it can be started, 1 failure, 3 the backup failed verification.
`;

const cut = `plume cut DATA [--to SEQ|TIME] FOLDER

Copies the sound beginning of a log, with the secret, into FOLDER, which must be
new or empty. The copy is marked as restored: messages that were erased later
are erased there too, and everyone who comes back sees that something is
missing. It prints what is left out. The log may be damaged or incomplete. DATA
is never written to, and a server may run on it.

  --to SEQ|TIME   copy no event after number SEQ, or after a time (ISO 8601)

Exit codes: 0 it can be started, 1 failure, 3 nothing up to there is sound.
`;

const rehearse = `plume rehearse [LOG] [--all]

Applies a log to the machines of this version: run it on a copy of the data
before upgrading. It prints the first event that they refuse, with its number
and the rule, goes on without it, and counts the others by rule. It also prints
the first checkpoint that does not match. It never writes.

  --all           list every event that would be refused

${LOG}

Exit codes: 0 no event is refused and every checkpoint matches, 3 otherwise.
`;

const acts = `plume acts [LOG]

Prints every act of a moderator: who did what to whom, when, until when, and the
reason. Names are those of that time.

${LOG} It never writes.
`;

const secret = `plume secret rotate

Tells why the secret that keys every identity can't be exchanged, what somebody
can do who has got hold of it, and what to do then. It changes nothing.

Exit code: 1.
`;

const why = `plume why CLIENT|SEQ [LOG]

Prints in plain words what happened to a client: when it asked for a code,
entered, lost the connection, came back, and why it left.

CLIENT is a client's id, or a unique beginning of it (replay --follow shows ids).

SEQ is the number of an event: prints what it was, whose, what it changed, and
what that client did just before and after.

${LOG} It never writes.
`;

/** The help text of a command. */
export function helpText(of: Topic): string {
	if (isOperatorCommand(of))
		return `${operatorLine(of)}

Asks the running server: ${operatorUsage[of].help}.

The server is reached by a socket, admin.sock in its data folder (PLUME_DATA), or
what PLUME_SOCKET names. Only root and the server's own user may open it.

Exit codes: 0 it is done, 1 it can't be done, 2 usage or configuration.
`;
	return of === "serve"
		? serve()
		: {
				plume,
				acts,
				backup,
				check,
				cut,
				doctor,
				replay,
				rehearse,
				restore,
				secret,
				why,
			}[of];
}

function serve(): string {
	const list = (variables: readonly Variable[]) =>
		variables.map(variableRow).join("\n");
	const plain = settingVariables.filter(({ isSecret }) => !isSecret);
	const secrets = settingVariables.filter(({ isSecret }) => isSecret);
	return `plume serve [flags]

Runs the server. Every flag is also a variable; the flag takes precedence, and
both do over the file of --config.

${list(plain)}
${row("--accept-clock", "", "start at once although the log is from the future")}
${row("--accept-missing", "", "start although events are missing from the log")}
${row("--restored", "", "once, after a backup was copied back by hand: show everyone that something is missing")}
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
