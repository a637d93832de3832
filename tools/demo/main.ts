/**
 * `npm run demo`: a server that forgets all when it ends, with a few made-up
 * people in it, and two links: to look inside, and to talk along. It reads no
 * settings and listens only on this machine, on a port that is free.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import type { Mailer } from "../../src/mail/mailer.ts";
import { terminalMailer } from "../../src/mail/terminal.ts";
import { startService } from "../../src/service.ts";
import { live } from "./bot.ts";

const NAMES = ["ann", "bob", "cleo", "dave", "eve", "finn"];
const PAGES = fileURLToPath(new URL("../../static", import.meta.url));

const print = (line: string) => process.stdout.write(`${line}\n`);
const fail = (error: Error) => {
	process.stderr.write(`plume: ${error.message}\n`);
	process.exit(1);
};
const clock = systemClock();
const secrets = new Secrets(randomBytes(32).toString("base64url"), randomBytes);
const token = secrets.id();
const lax = { PLUME_LOG: "memory", PLUME_PORT: "0", PLUME_LIMITS: "off" };
const settings = { ...lax, PLUME_INSPECT: token };

/** The made-up people's codes go to them, and everyone else's to the terminal. */
class Post implements Mailer {
	readonly #terminal = terminalMailer({ print, pretty: true, clock });
	readonly #waiting = new Map<string, (code: string) => void>();

	async send(mail: Parameters<Mailer["send"]>[0], signal: AbortSignal) {
		const take = this.#waiting.get(mail.name);
		if (take) take(mail.code);
		else await this.#terminal.send(mail, signal);
	}

	codeFor(name: string): Promise<string> {
		return new Promise((resolve) => this.#waiting.set(name, resolve));
	}
}

const post = new Post();
const service = await startService(
	{
		config: readConfig(settings, () => undefined),
		log: openFileLog({
			...{ disk: memoryDisk(), folder: "" },
			...{ clock, ids: () => secrets.id() },
		}),
		snapshots: undefined,
		mailer: post,
		secrets,
		clockFrom: systemClock,
		accepts: { clock: false, missing: false, restored: false, secret: false },
		version: "demo",
		report: { info() {}, warn() {} },
		onFatal: fail,
	},
	PAGES,
);
print(`\nLook inside:  ${service.url}/inspect#${token}`);
print(`Talk along:   ${service.url}/`);
print("Your login code appears here. Ctrl+C ends it all.\n");

for (const name of NAMES) live({ url: service.url, name, post }).catch(fail);
for (const end of ["SIGTERM", "SIGINT"] as const)
	process.once(end, () => {
		service.stop().then(() => process.exit(0), fail);
	});
