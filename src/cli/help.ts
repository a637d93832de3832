/** The help texts: of a command that works beside the server from docs/commands.md, of settings and limits from the tables that the program reads. */
import { readFileSync } from "node:fs";
import { limitVariables, settingVariables } from "../config.ts";
import {
	isOperatorCommand,
	type OperatorCommand,
	operatorUsage,
} from "../operator/usage.ts";
import type { Variable } from "../settings.ts";
import type { Topic } from "./arguments.ts";

/** How a command of an operator is typed. */
export const operatorLine = (command: OperatorCommand): string =>
	["plume", command, ...operatorUsage[command].args].join(" ");

const operatorRows = Object.keys(operatorUsage)
	.filter(isOperatorCommand)
	.map(
		(command) =>
			`  ${operatorLine(command).padEnd(32)} ${operatorUsage[command].help}`,
	);

const plume = `Plume, a small event-sourced chat server.

  plume [serve] [flags]     run the server
  plume check [flags]       check whether a start would succeed
  plume doctor [flags]      look for faults, also while the server runs
  plume replay [LOG]        fold a log through the statecharts, print the state
  plume backup FOLDER|-     copy the log and the secret, also while a server runs
  plume restore FOLDER|-    put a backup into an empty data folder
  plume cut DATA FOLDER     copy the sound beginning of a log, to start from
  plume migrate FROM TO     move a log of files into a stream on NATS, or back
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

/** The help text of a command. */
export function helpText(of: Topic): string {
	if (isOperatorCommand(of))
		return `${operatorLine(of)}

Asks the running server: ${operatorUsage[of].help}.

The server is reached by a socket, admin.sock in its data folder (PLUME_DATA), or
what PLUME_SOCKET names. Only root and the server's own user may open it.

Exit codes: 0 it is done, 1 it can't be done, 2 usage or configuration.
`;
	if (of === "serve") return serve();
	return of === "plume" ? plume : section(of);
}

/** The text about a command in docs/commands.md, which a build copies. */
function section(command: string): string {
	const page = new URL("../../docs/commands.md", import.meta.url);
	const [, rest = ""] = readFileSync(page, "utf8").split(
		`\n## ${command}\n\n\`\`\`\n`,
	);
	return rest.slice(0, rest.indexOf("```"));
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
