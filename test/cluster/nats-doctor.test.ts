/** `plume doctor` finds what is wrong with the NATS servers that have the log. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { examineStream } from "../../src/cluster/nats-doctor.ts";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import {
	append,
	readStream,
	type StreamPort,
} from "../../src/cluster/stream.ts";
import { run } from "../program/program.ts";
import { type NatsServer, NatsServers } from "./nats-servers.ts";

let servers: NatsServers;
beforeAll(async () => {
	servers = await NatsServers.start(3);
});
afterAll(() => servers.stop());

/** The lines of `plume doctor` that begin so, by default those about NATS. */
async function doctor(
	all: NatsServers,
	wanted = /^(nats|stream)\b/,
): Promise<readonly string[]> {
	const monitors = all.all.map(({ monitor }) => monitor).join(",");
	const { stdout } = await run(["doctor", "--nats-monitor", monitors], {
		PLUME_LOG: `nats://${all.addresses.join(",")}/LOG`,
		PLUME_SECRET: "s".repeat(32),
		...{ PLUME_NATS_REPLICAS: `${all.all.length}`, PLUME_PORT: "0" },
	});
	return stdout.split("\n").filter((line) => wanted.test(line));
}

const TEXTS = Array.from({ length: 20 }, (_, at) => `message ${at}, not short`);

async function withStream(
	all: NatsServers,
	act: (port: StreamPort, parts: Parameters<typeof append>[3]) => Promise<void>,
): Promise<void> {
	const port = await openNatsStream({
		...{ servers: all.addresses, stream: "LOG", replicas: all.all.length },
		...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
	});
	const signal = AbortSignal.timeout(30_000);
	await act(port, { clock: systemClock(), signal, report: { warn() {} } });
	await port.close();
}

/** Stores messages, and erases one of them. */
const fill = (all: NatsServers) =>
	withStream(all, async (port, parts) => {
		const message = { term: 1, node: "a", kind: "batch" as const };
		for (const [at, text] of TEXTS.entries())
			await append(port, { ...message, bytes: Buffer.from(text) }, at, parts);
		await port.erase(3, { ...message, seq: 3, bytes: Buffer.from("***") }, 1);
	});

/** Changes one byte of a message in the files of a stopped server. */
function damage({ store }: NatsServer): void {
	const names = readdirSync(store, { recursive: true, encoding: "utf8" });
	const name = names.find((path) => /\/streams\/LOG\/.*\.blk$/.test(path));
	const path = join(store, name ?? "");
	const bytes = readFileSync(path);
	bytes[bytes.indexOf("message 11") + 3] = 0;
	writeFileSync(path, bytes);
}

test("looks at the folder of the node as well", async () => {
	const lines = await doctor(servers, /^(owner|permissions|disk): /);
	expect(lines).toHaveLength(3);
});

test("finds nothing where nothing is wrong", async () => {
	const [a = "", b = "", c = ""] = servers.addresses;
	const [d = "", e = "", f = ""] = servers.all.map(({ monitor }) => monitor);
	const empty = await doctor(servers);
	expect(empty).toContain("stream: ok, LOG will be made");
	await fill(servers);
	await expect
		.poll(() => doctor(servers))
		.toEqual([
			...[a, b, c].map((address, index) =>
				expect.stringMatching(
					new RegExp(`^nats ${address}: ok, n${index + 1} has version 2\\.`),
				),
			),
			"stream: ok, 20 messages, and none is missing on n1, n2, n3",
			...[d, e, f].map(
				(address) =>
					`nats ${address}: ok, it syncs each message, in a cluster of 3`,
			),
		]);
});

test("finds a message that a server lost from its files while it was stopped", async () => {
	const [server] = servers.all;
	await server?.kill("SIGTERM");
	if (server) damage(server);
	await server?.start();
	await servers.ready();
	await expect
		.poll(() => doctor(servers), { timeout: 30_000 })
		.toContainEqual(
			expect.stringContaining("stream: message 12 is missing on the server n1"),
		);
	// Whichever server it reads on, a node has all of them.
	await withStream(servers, async (port, parts) => {
		for (let times = 0; times < 10; times++) {
			const texts: string[] = [];
			for await (const { seq, bytes } of readStream(port, 0, parts)) {
				texts.push(Buffer.from(bytes).toString());
				if (seq === TEXTS.length) break;
			}
			expect(texts).toEqual(TEXTS.map((text, at) => (at === 2 ? "***" : text)));
		}
	});
});

test("a damaged server is mended as docs/operating.md tells", async () => {
	const [server] = servers.all;
	const said = await server?.asked("/jsz?accounts=true&streams=true");
	const [, group = ""] =
		/"name":"LOG",.*?"raft_group":"([^"]+)"/.exec(JSON.stringify(said)) ?? [];
	expect(group).toMatch(/^S-R3F-/);
	await server?.kill("SIGTERM");
	const store = join(server?.store ?? "", "jetstream");
	rmSync(join(store, "$G/streams/LOG"), { recursive: true });
	rmSync(join(store, "$SYS/_js_", group), { recursive: true });
	await server?.start();
	await servers.ready();
	await expect
		.poll(() => doctor(servers), { timeout: 30_000 })
		.toContain("stream: ok, 20 messages, and none is missing on n1, n2, n3");
});

test("finds a server that does not sync each message", async () => {
	const lax = await NatsServers.start(1, { sync: "2m" });
	expect(await doctor(lax)).toContainEqual(
		expect.stringContaining("set sync_interval: always"),
	);
	await lax.stop();
});

test("a stream of three replicas can't be made where a server is alone", async () => {
	const alone = await NatsServers.start(1);
	const settings = {
		...{ servers: alone.addresses, stream: "LOG", replicas: 3 },
		...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
	};
	await expect(examineStream(settings, false)).rejects.toThrow(
		"LOG can't be made: the NATS server n1 is in no cluster, and PLUME_NATS_REPLICAS is 3.",
	);
	const words = await examineStream({ ...settings, replicas: 1 }, false);
	expect(words).toBe("LOG will be made");
	await alone.stop();
});

test("reads the stream of a server that is alone", async () => {
	const alone = await NatsServers.start(1);
	await fill(alone);
	expect(await doctor(alone)).toContain(
		"stream: ok, 20 messages, and none is missing on n1",
	);
	await alone.stop();
});
