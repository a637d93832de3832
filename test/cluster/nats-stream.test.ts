/** The stream on real nats-servers: what the protocol rests on, and what becomes of it when they fail. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { connectNats } from "../../src/cluster/nats-connection.ts";
import type { NatsSettings } from "../../src/cluster/nats-settings.ts";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import {
	append,
	type NewMessage,
	readStream,
	type StreamMessage,
	type StreamPort,
	WrongSequence,
} from "../../src/cluster/stream.ts";
import { NatsServers } from "./nats-servers.ts";

const quiet = { warn() {} };
const clock = systemClock();

let servers: NatsServers;
beforeAll(async () => {
	servers = await NatsServers.start(3);
});
afterAll(() => servers.stop());

const settingsOf = (stream: string, more: Partial<NatsSettings> = {}) => ({
	...{ servers: servers.addresses, stream, replicas: 3 },
	...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
	...more,
});

const batch = (text: string, term = 1, node = "a"): NewMessage => ({
	...{ bytes: Buffer.from(text), term, node, kind: "batch" },
});

const textOf = ({ bytes }: Pick<StreamMessage, "bytes">) =>
	Buffer.from(bytes).toString();

/** Does something with a stream, and with what a reader of it has seen. */
async function withStream(
	name: string,
	act: (
		port: StreamPort,
		seen: StreamMessage[],
		parts: Parameters<typeof append>[3],
	) => Promise<void>,
): Promise<void> {
	const port = await openNatsStream(settingsOf(name));
	const ending = new AbortController();
	const parts = { clock, signal: ending.signal, report: quiet };
	const seen: StreamMessage[] = [];
	const reading = (async () => {
		for await (const message of readStream(port, 0, parts)) seen.push(message);
	})();
	try {
		await act(port, seen, parts);
	} finally {
		ending.abort();
		await reading;
		await port.close();
	}
}

test("a message comes back as it was stored", async () => {
	await withStream("ROUND", async (port, seen, parts) => {
		const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index);
		const messages: NewMessage[] = [
			{ ...batch("", 7, "node-1"), kind: "claim" },
			{ ...batch("", 7, "node-1"), bytes },
			{ ...batch("", 7, "node-1"), kind: "handover" },
		];
		for (const [index, message] of messages.entries())
			expect(await append(port, message, index, parts)).toBe("stored");
		const expected = messages.map((message, index) => ({
			...{ ...message, seq: index + 1 },
		}));
		await expect.poll(() => seen.length).toBe(3);
		const plain = (message: StreamMessage | undefined) =>
			message && { ...message, bytes: [...message.bytes] };
		expect(seen.map(plain)).toEqual(expected.map(plain));
		for (const from of ["leader", "any"] as const)
			expect(plain(await port.get(2, from))).toEqual(plain(expected[1]));
		expect(await port.get(4, "leader")).toBeUndefined();
		expect(await port.get(4, "any")).toBeUndefined();
		expect(await port.last()).toBe(3);
		expect(await port.leader()).toMatch(/^n[123]$/);
		const late = port.publish(batch("late"), 1);
		await expect(late).rejects.toBeInstanceOf(WrongSequence);
	});
});

test("three writers that claim at once have one winner for each seq", async () => {
	await withStream("RACE", async (_, seen, parts) => {
		const rounds = 200;
		const writers = await Promise.all(
			["a", "b", "c"].map(async (node) => ({
				...{ node, port: await openNatsStream(settingsOf("RACE")) },
				wins: new Set<number>(),
			})),
		);
		for (let at = 0; at < rounds; at++)
			await Promise.all(
				writers.map(async ({ node, port, wins }) => {
					const claim = { ...batch("", at + 1, node), kind: "claim" as const };
					const outcome = await append(port, claim, at, parts);
					if (outcome === "stored") wins.add(at + 1);
				}),
			);
		await expect.poll(() => seen.length).toBe(rounds);
		for (const { node, wins } of writers) {
			const stored = seen.filter((message) => message.node === node);
			expect(stored.map(({ seq }) => seq)).toEqual([...wins]);
		}
		await Promise.all(writers.map(({ port }) => port.close()));
	});
});

test("an erased text is gone from the files of every server, and a copy without it is read", async () => {
	await withStream("ERASE", async (port, seen, parts) => {
		const stored = () =>
			servers.all.flatMap(({ store }) => {
				const files = readdirSync(store, { recursive: true, encoding: "utf8" });
				return files
					.filter((name) => /\/streams\/.*\.blk$/.test(name))
					.map((name) => readFileSync(join(store, name), "latin1"));
			});
		const has = (text: string) =>
			stored().filter((file) => file.includes(text)).length;
		for (const [index, text] of [
			"one",
			"first-secret second-secret",
			"three",
		].entries())
			await append(port, batch(text), index, parts);
		await expect.poll(() => has("first-secret")).toBe(3);
		await port.erase(2, { ...batch("*** second-secret"), seq: 2 }, 1);
		await expect.poll(() => has("first-secret")).toBe(0);
		await expect.poll(() => has("second-secret")).toBe(3);
		// The second one is in the copy of the first erasure, too.
		await port.erase(2, { ...batch("*** ***"), seq: 2 }, 1);
		await port.erase(2, { ...batch("*** ***"), seq: 2 }, 1);
		await expect.poll(() => has("second-secret")).toBe(0);
		const again: StreamMessage[] = [];
		for await (const message of readStream(port, 0, parts)) {
			again.push(message);
			if (message.seq === 3) break;
		}
		expect(again.map(textOf)).toEqual(["one", "*** ***", "three"]);
		expect(seen.length).toBe(3);
	});
});

test("a sequencer that was deposed does not bring an erased text back", async () => {
	await withStream("LATE", async (port, _, parts) => {
		await append(port, batch("first second"), 0, parts);
		await port.erase(1, { ...batch("*** ***"), seq: 1 }, 5);
		await port.erase(1, { ...batch("*** second"), seq: 1 }, 4);
		const copy = await port.getErased(1);
		expect(copy && textOf(copy)).toBe("*** ***");
	});
});

test("a message that somebody else published has no term", async () => {
	await withStream("FOREIGN", async (port, seen, parts) => {
		const other = await connectNats(settingsOf("FOREIGN"));
		await other.request("plume.FOREIGN.log", "hello");
		await expect.poll(() => seen.length).toBe(1);
		expect(seen[0]).toMatchObject({ term: 0, node: "", kind: "batch" });
		expect(await append(port, batch("x"), 0, parts)).toBe("deposed");
		await other.close();
	});
});

test("a stream that is not as it should be is refused by name", async () => {
	const one = await openNatsStream(settingsOf("OTHER", { replicas: 1 }));
	await one.close();
	await expect(openNatsStream(settingsOf("OTHER"))).rejects.toThrow(
		"The stream OTHER on NATS has num_replicas 1 where Plume needs 3: ",
	);
});

describe("a connection is refused in words", () => {
	const refusal = (more: Partial<NatsSettings>) =>
		expect(openNatsStream(settingsOf("NONE", more))).rejects;

	test("to nobody", async () => {
		const nobody = ["127.0.0.1:1"];
		await refusal({ servers: nobody }).toThrow(
			"No NATS server of PLUME_LOG (127.0.0.1:1) can be used: connection refused",
		);
	});

	test("without the encryption that was asked for", async () => {
		await refusal({ tlsCa: "package.json" }).toThrow(
			/does not support 'tls'.*only servers on this machine/,
		);
	});

	test("with credentials that can't be read", async () => {
		await refusal({ credentials: "/nowhere.creds" }).toThrow("/nowhere.creds");
	});

	test.each([
		[{ version: "2.14.9" }, "has version 2.14.9, which can lose"],
		[{ version: "2.15.0", max_payload: 1e6 }, "set max_payload: 8MB"],
	])("to a server with %j", async (info, words) => {
		const hello = { server_name: "old", proto: 1, headers: true, ...info };
		const old = createServer((socket) => {
			socket.on("error", () => {});
			socket.on("data", (data) => {
				if (data.includes("PING")) socket.write("PONG\r\n");
			});
			socket.write(`INFO ${JSON.stringify(hello)}\r\n`);
		});
		await once(old.listen(0, "127.0.0.1"), "listening");
		const { port = 0 } = Object(old.address());
		await refusal({ servers: [`127.0.0.1:${port}`] }).toThrow(words);
		old.close();
	});
});

describe("while servers fail, every batch is stored once and read in order", () => {
	/** Appends without a rest while something happens, and checks the stream against what was sent. */
	const during = (name: string, happens: (port: StreamPort) => Promise<void>) =>
		withStream(name, async (port, seen, parts) => {
			let sent = 0;
			let isDone = false;
			const appending = (async () => {
				for (; !isDone; sent++) {
					const outcome = await append(port, batch(`${sent}`), sent, parts);
					expect(outcome).toBe("stored");
				}
			})();
			await expect.poll(() => seen.length).toBeGreaterThan(20);
			await happens(port);
			const before = seen.length;
			await expect
				.poll(() => seen.length, { timeout: 30_000 })
				.toBeGreaterThan(before + 20);
			isDone = true;
			await appending;
			await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(sent);
			expect(seen.map(textOf)).toEqual(seen.map((_, index) => `${index}`));
		});
	test("the leader is killed, and starts again", async () => {
		await during("KILL", async (port) => {
			const leader = servers.named(await port.leader());
			await leader.kill();
			await leader.start();
			await servers.ready();
		});
	});

	test("the leader is paused for longer than an election takes", async () => {
		await during("PAUSE", async (port) => {
			const leader = servers.named(await port.leader());
			leader.pause();
			const nobody = () => leader.parts.name;
			await expect
				.poll(() => port.leader().catch(nobody), { timeout: 30_000 })
				.not.toBe(leader.parts.name);
			leader.resume();
		});
	});

	test("all servers are killed at once, and start again", async () => {
		await during("ALL", async () => {
			await Promise.all(servers.all.map((server) => server.kill()));
			await Promise.all(servers.all.map((server) => server.start()));
			await servers.ready();
			// Another node may start while the stream's leader is elected.
			const port = await openNatsStream(settingsOf("ALL"));
			await port.close();
		});
	});
});
