/**
 * `plume migrate`: moves a log of files into a stream on NATS, or a stream into
 * files. Not a byte of a line changes, so both fold to the same state.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NatsSettings } from "../cluster/nats-settings.ts";
import { copyIntoStream } from "../cluster/stream-copy.ts";
import { ConfigError } from "../config.ts";
import { namesIn, realDisk } from "../log/disk.ts";
import { markCopy } from "../log/evidence.ts";
import { Lock } from "../log/lock.ts";
import { parseOptions } from "./options.ts";
import { quoted } from "./quoted.ts";
import { verify } from "./replay.ts";
import {
	type CommandContext,
	type ExitCode,
	isStream,
	type LogCommand,
	logCommand,
	type Query,
} from "./source.ts";

/** Every node sends a head twice a second. */
const LISTEN_MS = 1500;
const HARMLESS = ["secret", "lost+found"];

export function parse(args: readonly string[]): LogCommand {
	const expects = "FROM and TO, a data folder and a stream in either order";
	const takes = { least: 2, most: 2, expects };
	const { positionals } = parseOptions("migrate", args, {}, takes);
	const [from = "", to = ""] = positionals;
	if (isStream(from) === isStream(to))
		throw new ConfigError(
			"Of FROM and TO, one must be a data folder, and one a stream like nats://127.0.0.1:4222/PLUME.",
		);
	return { source: from, run: (parts) => migrate(from, to, parts) };
}

async function migrate(
	source: string,
	to: string,
	parts: CommandContext,
): Promise<ExitCode> {
	const isOut = isStream(source);
	const [stream, folder] = isOut ? [source, to] : [to, source];
	const settings = parts.nats(stream);
	const there = await namesIn(parts.disk, folder);
	const other = there.find((name) => !HARMLESS.includes(name));
	if (isOut && other)
		throw new ConfigError(
			`${to} is not empty: it has ${other} in it. Name a folder that is new.`,
		);
	if (!isOut && !there.includes("log"))
		throw new ConfigError(`There is no log in ${source}. Name a data folder.`);
	const lock = await Lock.acquire(folder);
	try {
		if (isOut) await assertNoNodes(settings);
		const query = isOut ? verify : copyInto(settings);
		const from = isOut ? settings : undefined;
		const command = logCommand(folder, query, { strict: true, from });
		const code = await command.run(parts);
		if (code !== 0) return code;
		if (!isOut) await markCopy(realDisk, folder);
	} finally {
		await lock.release();
	}
	const log = isOut ? "" : `PLUME_LOG=${to} `;
	parts.print(
		`The log of ${source} is in ${to}, the secret is not: set PLUME_SECRET, or copy the file secret to ${join(folder, "secret")} on each machine. Start it: ${log}PLUME_DATA=${quoted(folder)} plume serve`,
	);
	return 0;
}

const copyInto =
	(settings: NatsSettings): Query =>
	async (log, parts) => {
		const { sources, verifier, path } = log;
		await verify(log, parts);
		// A mirror may not have got an erasure yet, and the stream never would.
		verifier.assertErasuresLogged();
		if (verifier.torn || verifier.broken.length > 0)
			throw new Error(
				`The last write to ${path} was not finished: start a server on it and stop it, which mends that, and try again.`,
			);
		const { openNatsStream } = await import("../cluster/nats-stream.ts");
		const port = await openNatsStream(settings);
		try {
			if ((await port.last()) > 0)
				throw new ConfigError(
					`The stream ${settings.stream} is not empty. Name another one.`,
				);
			parts.warn("Start no node on the stream until this has ended with 0.");
			await copyIntoStream(sources, port, parts.warn);
		} finally {
			await port.close();
		}
		return 0;
	};

/** Throws if a node runs on the stream: what it stored after the copy would be lost. */
async function assertNoNodes(settings: NatsSettings): Promise<void> {
	const { openNatsBus } = await import("../cluster/nats-bus.ts");
	let isHeard = false;
	const bus = await openNatsBus({
		...{ settings, node: "migrate", onDisconnected() {}, onConnected() {} },
		onMessage() {
			isHeard = true;
		},
	});
	await sleep(LISTEN_MS);
	await bus.close();
	if (isHeard)
		throw new Error(
			`Nodes run on the stream ${settings.stream}: stop all of them, then try again.`,
		);
}
