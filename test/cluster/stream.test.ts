/** What a node may rely on when it appends to the stream, and reads it, in every weather. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	append,
	HoleInStream,
	type NewMessage,
	readStream,
	type StreamMessage,
	WrongSequence,
} from "../../src/cluster/stream.ts";
import { FakeClock } from "../fakes/clock.ts";
import { seeded } from "../fakes/disk.ts";
import { SimulatedStream } from "./simulated-stream.ts";

const STEP_MS = 5;
const report = { warn() {} };

const batch = (text: string, term = 1, node = "a"): NewMessage => ({
	...{ bytes: Buffer.from(text), term, node, kind: "batch" },
});

const textOf = ({ bytes }: Pick<StreamMessage, "bytes">) =>
	Buffer.from(bytes).toString();

/** A stream, and the time in which it lives. */
function world({ seed = 1, trouble = 0 } = {}) {
	const clock = new FakeClock();
	const stream = new SimulatedStream(clock, seeded(seed), trouble);
	const ending = new AbortController();
	const parts = { clock, signal: ending.signal, report };
	/** Lets time pass until the condition holds. */
	const until = async (holds: () => boolean, mostMs = 120_000) => {
		for (let ms = 0; !holds(); ms += STEP_MS) {
			if (ms > mostMs) throw new Error(`not within ${mostMs} ms`);
			clock.advance(STEP_MS);
			await new Promise((resolve) => setImmediate(resolve));
		}
	};
	/** What the promise came to, or its error, as time passes. */
	const settled = async <Value>(promise: Promise<Value>) => {
		let outcome: { value: Value } | { error: unknown } | undefined;
		promise.then(
			(value) => (outcome = { value }),
			(error) => (outcome = { error }),
		);
		await until(() => outcome !== undefined);
		if (outcome && "error" in outcome) throw outcome.error;
		return outcome?.value;
	};
	/** Reads the stream from `after` on, into the answer. */
	const followed = (after = 0) => {
		const seen: StreamMessage[] = [];
		const run = async () => {
			for await (const message of readStream(stream, after, parts))
				seen.push(message);
		};
		return { seen, end: run() };
	};
	const put = (...texts: readonly string[]) =>
		settled(
			(async () => {
				for (const text of texts)
					await append(stream, batch(text), stream.messages.length, parts);
			})(),
		);
	return { clock, stream, ending, parts, until, settled, followed, put };
}

/** Fails or delays publishing in a way that a test chooses, once. */
function publishOnce(
	stream: SimulatedStream,
	way: (send: () => Promise<number>) => Promise<number>,
): void {
	const publish = stream.publish.bind(stream);
	stream.publish = (message, expected) => {
		stream.publish = publish;
		return way(() => publish(message, expected));
	};
}

test("an append whose acknowledgement is lost is stored once", async () => {
	const { stream, settled, parts } = world();
	publishOnce(stream, async (send) => {
		await send();
		throw new Error("timeout");
	});
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
	expect(stream.messages.length).toBe(1);
});

test("an append that a paused server stores late is stored once", async () => {
	const { clock, stream, settled, parts } = world();
	publishOnce(stream, async (send) => {
		clock.after(120, () => void send());
		throw new Error("timeout");
	});
	stream.elect(100);
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
	expect(stream.messages.map((message) => message && textOf(message))).toEqual([
		"x",
	]);
});

test("an append that may have been stored is sent again with the same bytes", async () => {
	const { stream, settled, parts } = world();
	const sent: string[] = [];
	const publish = stream.publish.bind(stream);
	stream.publish = async (message, expected) => {
		sent.push(textOf(message));
		if (sent.length < 4) throw new Error("timeout");
		return publish(message, expected);
	};
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
	expect(sent).toEqual(["x", "x", "x", "x"]);
});

test("an append of more than a message may have is refused in words, and is not tried", async () => {
	const { stream, settled, parts } = world();
	const large = append(stream, batch("x".repeat(8_388_608)), 0, parts);
	await expect(settled(large)).rejects.toThrow("8388608 bytes");
	expect(stream.messages.length).toBe(0);
});

test("an append behind somebody else's message is deposed", async () => {
	const { stream, settled, parts, put } = world();
	await put("theirs");
	const mine = append(stream, batch("mine", 2, "b"), 0, parts);
	expect(await settled(mine)).toBe("deposed");
	expect(stream.messages.length).toBe(1);
});

test("a refused append of what is not there yet goes on", async () => {
	const { stream, settled, parts } = world();
	publishOnce(stream, async () => {
		throw new WrongSequence("another leader, which has not caught up");
	});
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
});

test("an append whose message was erased before it was acknowledged is stored", async () => {
	const { stream, settled, parts } = world();
	publishOnce(stream, async (send) => {
		await send();
		const [stored] = stream.messages;
		if (stored) await stream.erase(1, { ...stored, bytes: Buffer.from("") }, 2);
		throw new Error("timeout");
	});
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
});

test("an append finds its message where the leader has lost it", async () => {
	const { stream, settled, parts } = world();
	publishOnce(stream, async (send) => {
		await send();
		stream.holes.set(1, new Set([0]));
		throw new Error("timeout");
	});
	expect(await settled(append(stream, batch("x"), 0, parts))).toBe("stored");
});

test("an append ends when it is told to", async () => {
	const { stream, settled, parts, ending, clock } = world();
	stream.elect(1e9);
	clock.after(5000, () => ending.abort(new Error("stopped")));
	const appended = settled(append(stream, batch("x"), 0, parts));
	await expect(appended).rejects.toThrow("stopped");
});

test("a follower reads on when its server dies in silence", async () => {
	const { stream, until, followed, put } = world();
	const { seen } = followed();
	await put("a");
	await until(() => seen.length === 1);
	stream.killReaders();
	await put("b");
	await until(() => seen.length === 2, 3000);
	// Messages come at once again.
	await until(() => false, 3000).catch(() => {});
	await put("c");
	await until(() => seen.length === 3, 100);
});

test("a follower reads on when its server beats but delivers nothing", async () => {
	const { stream, until, followed, put } = world();
	const { seen } = followed();
	await put("a");
	await until(() => seen.length === 1);
	stream.stickReaders(true);
	await put("b");
	await until(() => seen.length === 2, 3000);
});

test("a follower drops what it had to ask for when it is delivered at last", async () => {
	const { stream, until, followed, put } = world();
	const { seen } = followed();
	await put("a");
	await until(() => seen.length === 1);
	stream.stickReaders(true);
	await put("b");
	await until(() => seen.length === 2, 3000);
	stream.stickReaders(false);
	await put("c");
	await until(() => seen.length === 3);
	expect(seen.map(textOf)).toEqual(["a", "b", "c"]);
});

test("a quiet stream is not read anew", async () => {
	const { stream, until, followed, put } = world();
	let reads = 0;
	const read = stream.read.bind(stream);
	stream.read = (after) => {
		reads++;
		return read(after);
	};
	followed();
	await put("a");
	await until(() => false, 20_000).catch(() => {});
	expect(reads).toBe(1);
});

test.each([
	["its server lacks", [0, 2]],
	["the leader lacks", [0, 1]],
])("a follower gets a message that %s", async (_, servers) => {
	const { stream, until, followed, put } = world();
	await put("a", "b", "c");
	stream.holes.set(2, new Set(servers));
	const { seen } = followed();
	await until(() => seen.length === 3, 500);
	expect(seen.map(textOf)).toEqual(["a", "b", "c"]);
});

test("a follower gets the stripped copy of an erased message", async () => {
	const { stream, until, followed, put, settled } = world();
	await put("a", "secret", "c");
	const stripped = { ...batch("******"), seq: 2 };
	await settled(stream.erase(2, stripped, 1));
	const { seen } = followed();
	await until(() => seen.length === 3);
	expect(seen.map(textOf)).toEqual(["a", "******", "c"]);
	expect(stream.asked["get any"]).toBeUndefined();
});

test("a follower stops before a message that no server has, and names it", async () => {
	const { stream, settled, followed, put } = world();
	await put("a", "b", "c");
	stream.holes.set(2, new Set([0, 1, 2]));
	const { seen, end } = followed();
	const error = await settled(end).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(HoleInStream);
	expect(error).toMatchObject({ seq: 2 });
	expect(String(error)).toMatch(/Message 2 .*server 0/);
	expect(seen.map(textOf)).toEqual(["a"]);
});

test("a follower ends when it is told to", async () => {
	const { settled, followed, put, ending, clock } = world();
	await put("a");
	const { end } = followed();
	ending.abort();
	await settled(end);
	expect(clock.timersSet).toBeLessThan(3);
});

interface Win {
	readonly seq: number;
	readonly text: string;
}

/** A node that claims, appends until it is deposed, and claims again. */
async function writer(
	node: string,
	{ stream, parts, clock }: ReturnType<typeof world>,
	wins: Win[],
	isDone: () => boolean,
): Promise<void> {
	const rest = (ms: number) =>
		new Promise<void>((resolve) => clock.after(ms, resolve));
	for (let term = 1; !isDone(); term++) {
		let at = await stream.last().catch(() => -1);
		if (at < 0) continue;
		const claim: NewMessage = { ...batch("", term, node), kind: "claim" };
		let outcome = await append(stream, claim, at, parts);
		for (let count = 0; outcome === "stored" && !isDone(); count++) {
			at += 1;
			const next = batch(`${node} ${term} ${count}`, term, node);
			outcome = await append(stream, next, at, parts);
			if (outcome === "stored") wins.push({ seq: at + 1, text: textOf(next) });
		}
		await rest(node.charCodeAt(0));
	}
}

test("no writer is told that a batch is stored which the stream has not, whatever fails", async () => {
	const stored: number[] = [];
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1 }),
			fc.integer({ min: 2, max: 3 }),
			fc.integer({ min: 5, max: 40 }),
			async (seed, writers, trouble) => {
				const here = world({ seed, trouble });
				const { stream, clock, until, followed, ending } = here;
				const random = seeded(seed + 1);
				let isDone = false;
				const wins: Win[] = [];
				const readers = [followed(), followed()];
				let left = writers;
				for (const node of ["a", "b", "c"].slice(0, writers))
					void writer(node, here, wins, () => isDone).then(() => left--);
				for (let ms = 0; ms < 60_000; ms += STEP_MS) {
					clock.advance(STEP_MS);
					await new Promise((resolve) => setImmediate(resolve));
					if (random(2000) === 0) stream.elect(random(6000));
					if (random(2000) === 0) stream.killReaders(random(3));
				}
				// The weather clears, and everybody comes to an end.
				stream.trouble = 0;
				isDone = true;
				await until(() => left === 0);
				const all = stream.messages.flatMap((message) => message ?? []);
				await until(() =>
					readers.every(({ seen }) => seen.length >= all.length),
				);
				for (const { seen } of readers) expect(seen).toEqual(all);
				for (const { seq, text } of wins)
					expect(all[seq - 1] && textOf(all[seq - 1] ?? batch(""))).toBe(text);
				expect(new Set(wins.map(({ seq }) => seq)).size).toBe(wins.length);
				stored.push(wins.length);
				ending.abort();
				await until(() => clock.timersSet < 3);
			},
		),
		{ numRuns: 25 },
	);
	// Not of a stream on which nothing could be stored.
	expect(Math.max(...stored)).toBeGreaterThan(20);
});
