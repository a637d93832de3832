/** A log moves between files and a stream of a real nats-server, and back, with every byte as it was. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import { append, type NewMessage } from "../../src/cluster/stream.ts";
import { copyIntoStream } from "../../src/cluster/stream-copy.ts";
import { StreamEraser } from "../../src/cluster/stream-eraser.ts";
import { type Config, natsAt } from "../../src/config.ts";
import { realDisk } from "../../src/log/disk.ts";
import { type FileLogOptions, openFileLog } from "../../src/log/file-log.ts";
import { segmentsOf } from "../../src/log/reader.ts";
import { checkOwner } from "../../src/log-owner.ts";
import { plume } from "../cli/desk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";
import { NatsServers } from "./nats-servers.ts";

const ERASED = "a secret that was erased";
const report = { info() {}, warn() {} };
const clock = systemClock();

let servers: NatsServers;
let folder: string;
beforeAll(async () => {
	servers = await NatsServers.start(1);
	folder = await mkdtemp(join(tmpdir(), "plume-migrate-"));
});
afterAll(async () => {
	await servers.stop();
	await rm(folder, { recursive: true });
});

const streamAt = (name: string) => `nats://${servers.addresses[0]}/${name}`;
const at = (name: string) => join(folder, name);
const nats = (address: string) => natsAt(address, { PLUME_NATS_REPLICAS: "1" });

const run = (...args: string[]) =>
	plume(new FakeDisk(), args, undefined, { disk: realDisk, nats });

async function migrate(from: string, to: string) {
	const { code, lines } = await run("migrate", from, to);
	expect([code, lines]).toEqual([0, lines]);
}

/** The state hash of a log that is verified. */
async function stateOf(log: string) {
	const { code, lines } = await run("replay", log, "--verify");
	expect([code, lines]).toEqual([0, lines]);
	return /^State (\S+) at/m.exec(lines.join("\n"))?.[1];
}

async function segmentsIn(data: string) {
	const names = (await readdir(join(data, "log"))).sort();
	const read = (name: string) => readFile(join(data, "log", name), "utf8");
	return Promise.all(names.map(async (name) => [name, await read(name)]));
}

/** A log of several segments, in which ann said this and that, and took one thing back. */
async function written(
	data: string,
	replicate?: FileLogOptions["replicate"],
	onErase: (seqs: readonly number[]) => Promise<void> = async () => {},
) {
	const fake = new FakeClock();
	const log = openFileLog({
		...{ disk: realDisk, folder: data, clock: fake, segmentBytes: 2000 },
		...{ ids: () => "abcdefghijklmnopqrstuv" },
		...(replicate && { replicate }),
	});
	const eraseHere = log.segments.erase.bind(log.segments);
	log.segments.erase = async (spans) => {
		await eraseHere(spans);
		await onErase(spans.map(({ seq }) => seq));
	};
	const server = await TestServer.open({ log, clock: fake });
	const ann = await server.enter("ann", "plume.2");
	const texts = [ERASED, ...Array.from({ length: 12 }, (_, n) => `line ${n}`)];
	for (const [n, text] of texts.entries()) {
		ann.say(text, n + 1);
		await server.until(() => ann.items.some((item) => item.text === text));
		fake.advance(1000);
	}
	const item = ann.items.find(({ text }) => text === ERASED);
	ann.erase({ room: "lobby", epoch: item?.epoch, target: item?.offset });
	await server.settle();
	await server.engine.stop();
	const segments = await segmentsIn(data);
	expect(segments.length).toBeGreaterThan(2);
	expect(JSON.stringify(segments)).not.toContain(ERASED);
}

test("a log of files goes into a stream and back", async () => {
	await written(at("files"));
	await migrate(at("files"), streamAt("FILES"));
	await migrate(streamAt("FILES"), at("files-back"));
	expect(await segmentsIn(at("files-back"))).toEqual(
		await segmentsIn(at("files")),
	);
	const states = [at("files"), streamAt("FILES"), at("files-back")].map(
		stateOf,
	);
	expect(new Set(await Promise.all(states)).size).toBe(1);
});

test("a log that went into a stream goes on as a node's copy, and no server starts on it alone", async () => {
	await written(at("moved"));
	const stream = nats(streamAt("MOVED"));
	const owner = (settings: Pick<Config, "nats">) => {
		const config = { data: at("moved"), upstream: undefined, ...settings };
		return checkOwner(realDisk, config, { restored: false });
	};
	await expect(owner({ nats: stream })).rejects.toThrow("a server's own log");
	await migrate(at("moved"), streamAt("MOVED"));
	await owner({ nats: stream });
	await expect(owner({ nats: undefined })).rejects.toThrow("--restored");
});

test("a stream goes into files, and into another stream, and back", async () => {
	const port = await openNatsStream(nats(streamAt("BORN")));
	const { signal } = new AbortController();
	let last = 0;
	const store = async (bytes: Uint8Array, kind: NewMessage["kind"]) => {
		const message = { kind, bytes, term: 1, node: "n" };
		await append(port, message, last++, { clock, signal, report });
	};
	await store(new Uint8Array(), "claim");
	const eraser = new StreamEraser({ port, clock, report });
	await written(
		at("mirror"),
		(bytes) => store(bytes, "batch"),
		(seqs) => eraser.erase(seqs, 0, 1, () => true),
	);
	await port.close();
	await migrate(streamAt("BORN"), at("born"));
	await migrate(at("born"), streamAt("AGAIN"));
	await migrate(streamAt("AGAIN"), at("again"));
	const expected = await segmentsIn(at("mirror"));
	expect(await segmentsIn(at("born"))).toEqual(expected);
	expect(await segmentsIn(at("again"))).toEqual(expected);
	expect(await stateOf(streamAt("AGAIN"))).toBe(await stateOf(at("mirror")));
});

test("each batch is one message", async () => {
	await written(at("batches"));
	await migrate(at("batches"), streamAt("BATCHES"));
	const text = JSON.stringify(await segmentsIn(at("batches")));
	const batches = [...text.matchAll(/"batch\\":\[(\d+),(\d+)\]/g)];
	const several = batches.filter(([, first, last]) => first !== last);
	expect(several.length).toBeGreaterThan(0);
	const port = await openNatsStream(nats(streamAt("BATCHES")));
	const different = new Set(batches.map(([bounds]) => bounds)).size;
	expect(await port.last()).toBe(different);
	await port.close();
});

test("what is not empty is not written to", async () => {
	await written(at("full"));
	await migrate(at("full"), streamAt("FULL"));
	const again = await run("migrate", at("full"), streamAt("FULL"));
	expect(again.code).toBe(2);
	expect(again.lines.at(-1)).toContain("The stream FULL is not empty");
	const over = await run("migrate", streamAt("FULL"), at("full"));
	expect(over.code).toBe(2);
	expect(over.lines.at(-1)).toMatch("full is not empty: it has log in it");
});

test("a stream on which a node runs is not moved into files", async () => {
	const settings = nats(streamAt("LIVE"));
	await (await openNatsStream(settings)).close();
	const bus = await openNatsBus({
		...{ settings, node: "n", onMessage() {}, onDisconnected() {} },
		onConnected() {},
	});
	const beat = setInterval(() => bus.publish(new Uint8Array(1)), 100);
	await expect(run("migrate", streamAt("LIVE"), at("live"))).rejects.toThrow(
		"Nodes run on the stream LIVE: stop all of them",
	);
	clearInterval(beat);
	await bus.close();
});

test("a log that fails verification leaves the stream empty", async () => {
	await written(at("rotten"));
	const [name = ""] = (await readdir(join(at("rotten"), "log"))).sort();
	const file = await realDisk.open(join(at("rotten"), "log", name));
	await file.write(Buffer.from("x"), 300);
	await file.close();
	expect((await run("migrate", at("rotten"), streamAt("ROTTEN"))).code).toBe(3);
	expect((await run("replay", streamAt("ROTTEN"))).code).toBe(2);
});

/** A log that ends before the erasure of what it has without a text. */
async function writtenBehind(data: string) {
	await written(data);
	for (const [name = "", text = ""] of await segmentsIn(data)) {
		const erasure = text.indexOf('"type":"message.erased"');
		const end = text.lastIndexOf("\n", erasure) + 1;
		const path = join(data, "log", name);
		if (erasure >= 0) await writeFile(path, text.slice(0, end));
	}
}

test("a stream is no damaged log where a text was erased after its end was asked for", async () => {
	await writtenBehind(at("behind"));
	const port = await openNatsStream(nats(streamAt("BEHIND")));
	const sources = await segmentsOf(realDisk, at("behind"));
	await copyIntoStream(sources, port, () => {});
	await port.close();
	await stateOf(streamAt("BEHIND"));
});

test("a node's copy of a log does not become a stream that lacks an erasure", async () => {
	await writtenBehind(at("copy"));
	await writeFile(join(at("copy"), "mirror"), "");
	await stateOf(at("copy"));
	expect((await run("migrate", at("copy"), streamAt("COPY"))).code).toBe(3);
});

test.each(["--follow", "--inspect"])("%s takes no stream", async (mode) => {
	const { code, lines } = await run("replay", mode, streamAt("NONE"));
	expect(code).toBe(2);
	expect(lines[0]).toContain(`${mode} takes a data folder or a segment, not`);
});

test("a stream that does not exist is not made by reading it", async () => {
	for (let nth = 0; nth < 2; nth++) {
		const { code, lines } = await run("replay", streamAt("NONE"));
		expect(code).toBe(2);
		expect(lines[0]).toContain("There is no stream NONE");
	}
});
