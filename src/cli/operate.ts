/** `plume who`, `say`, `reload` and the others that ask a running server, by its local socket. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { withoutControls } from "../../machines/text.ts";
import { ConfigError, type Environment, localSocket } from "../config.ts";
import type { AnswerLine } from "../operator/local-socket.ts";
import { argumentsOf, type OperatorCommand } from "../operator/usage.ts";
import { operatorLine } from "./help.ts";

interface Asked {
	readonly command: OperatorCommand;
	readonly given: readonly string[];
}

const WHICH =
	"Is it running, and is PLUME_DATA (or PLUME_SOCKET) the same for both?";
/** Why nobody answered, and what to do, by the error's code. */
const reasons: Readonly<Record<string, string>> = {
	EACCES:
		"only root and the user that runs Plume may ask it. Type it with sudo.",
	ENOENT: `there is no such socket. ${WHICH} One that has just started may wait: see its log.`,
	ECONNRESET: "it ended before it answered.",
	ECONNREFUSED: `nobody listens there. ${WHICH}`,
};

/** Prints the answer, and returns the exit code. Throws `ConfigError`. */
export async function operate(
	{ command, given }: Asked,
	environment: Environment,
	print: (line: string) => void,
): Promise<number> {
	const args = argumentsOf(command, given);
	if (!args) throw new ConfigError(`Say: ${operatorLine(command)}`);
	const socketPath = localSocket(environment);
	const asked = request({ socketPath, path: `/${command}`, method: "POST" });
	asked.end(JSON.stringify(args));
	const [answer]: IncomingMessage[] = await once(asked, "response").catch(
		({ code, message }: NodeJS.ErrnoException) => {
			throw new Error(
				`no server answers at ${socketPath}: ${reasons[code ?? ""] ?? `${message}. ${WHICH}`}`,
			);
		},
	);
	if (!answer) return 1;
	for await (const text of createInterface({ input: answer })) {
		const line: AnswerLine = JSON.parse(text);
		if ("line" in line) print(withoutControls(line.line));
		else {
			if (line.error) process.stderr.write(`plume: ${line.error}\n`);
			return line.exit;
		}
	}
	throw new Error("the server ended before its answer did");
}
