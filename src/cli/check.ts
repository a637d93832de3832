/**
 * `plume check`: would a start succeed? It checks all that a start needs, and
 * prints a line for each. It writes nothing and sends no mail.
 */
import { constants, existsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { clockIsBehind } from "../clock.ts";
import {
	type Config,
	ConfigError,
	type Environment,
	readConfig,
} from "../config.ts";
import { fold } from "../engine/fold.ts";
import { Secrets } from "../engine/secrets.ts";
import { State } from "../engine/state.ts";
import { messageOf, namesIn, realDisk } from "../log/disk.ts";
import { Evidence } from "../log/evidence.ts";
import { checkUnlocked } from "../log/lock.ts";
import { segmentsOf } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { checkSecret, findSecret } from "../secret-file.ts";
import { makeMailer } from "../serve.ts";
import { loadEnvironment } from "../settings-file.ts";
import { explained } from "./start-error.ts";

type ExitCode = 0 | 1 | 2 | 3;
const { R_OK, W_OK, X_OK } = constants;

/** Returns the exit code that a start would have, which is that of the first failure. */
export async function check(
	environment: Environment,
	credential: (name: string) => string | undefined,
	print: (line: string) => void,
): Promise<ExitCode> {
	let code: ExitCode = 0;
	async function report(what: string, examine: () => string | Promise<string>) {
		try {
			print(`${what}: ok, ${await examine()}`);
		} catch (thrown) {
			const error = explained(thrown);
			const bad = error instanceof ConfigError ? 2 : 1;
			code ||= what === "log" && bad === 1 ? 3 : bad;
			print(`${what}: ${messageOf(error)}`);
		}
	}
	let config: Config | undefined;
	await report("settings", () => {
		config = readConfig(loadEnvironment(environment), credential);
		return config.warnings.join(" ") || "all are known and make sense";
	});
	if (!config) return code;
	const { data, log, mail, limits } = config;
	const found = config;
	if (log === "file") {
		const verifier = new Verifier();
		let state = State.initial(verifier);
		await report("folder", () => folderIsFree(data));
		await report("log", async () => {
			state = await stateOf(data, verifier);
			return logInWords(verifier);
		});
		await report("clock", () => {
			const why = clockIsBehind(state.time, Date.now());
			if (why) throw new Error(why);
			return "it is not behind the log";
		});
		await report("secret", () => secretFits(found, verifier, state));
	}
	await report("mail", async () => {
		const mailer = await makeMailer(found, print);
		await mailer.check?.(AbortSignal.timeout(limits.mailTimeoutSeconds * 1000));
		return mail.kind === "terminal" ? "codes are printed" : "it lets us in";
	});
	return code;
}

async function folderIsFree(folder: string): Promise<string> {
	if (!existsSync(folder)) {
		let above = dirname(resolve(folder));
		while (!existsSync(above)) above = dirname(above);
		await access(above, W_OK | X_OK);
		return `${folder} will be made`;
	}
	await namesIn(realDisk, folder);
	await access(folder, R_OK | W_OK | X_OK);
	await checkUnlocked(folder);
	const { uid } = await stat(folder);
	return `${folder} is writable, belongs to user ${uid} and is not in use`;
}

async function stateOf(folder: string, verifier: Verifier): Promise<State> {
	const evidence = await Evidence.in({ disk: realDisk, folder });
	const sources = await segmentsOf(realDisk, folder);
	const batches = evidence.read(sources, verifier);
	return (await fold(State.initial(verifier), batches)).state;
}

function logInWords({ seq, torn }: Verifier): string {
	return `${seq} events${torn ? `, and a torn tail that a start cuts off: ${torn.message}` : ""}`;
}

async function secretFits(config: Config, verifier: Verifier, state: State) {
	const warnings: string[] = [];
	const secret = await findSecret(config, (words) => warnings.push(words));
	if (!secret) return "it will be made";
	if (!verifier.id) return "it is there";
	const secrets = new Secrets(secret, () => new Uint8Array(16));
	const { id, secret: named, seq } = verifier;
	const log = { id, secret: named, committed: seq, nameSecret() {} };
	const { names } = state.server.context;
	checkSecret({ config, secrets, accepts: { secret: false }, log }, names);
	return `fingerprint ${secrets.fingerprint(id)}${named ? "" : ", which the log does not name yet"}. ${warnings.join(" ")}`.trim();
}
