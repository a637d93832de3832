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
	return section(of).replace("{commands}", () => operatorRows.join("\n"));
}

/** What a command says, by docs/commands.md, which a build copies. */
export function section(command: string): string {
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
