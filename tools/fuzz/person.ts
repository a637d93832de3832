/**
 * One of the fuzz: comes, sends a handful of frames, waits until the server
 * has answered, and goes on. When thrown out, it comes back.
 */
import { RawClient } from "../../bench/raw-client.ts";
import { MessageType } from "../../machines/message.ts";
import { type Json, parseJson } from "../../machines/schema.ts";
import { defaultLimits } from "../../src/limits.ts";
import { plume2 } from "../../src/transport/protocol-v2.ts";
import { pause } from "../siege/people.ts";
import { broken, wellFormed } from "./frames.ts";
import { Random } from "./random.ts";
import { emailOf, type Known, nameOf, overhear, overheard } from "./values.ts";

const HANDFUL = 20;
const PATIENCE_MS = 60_000;
/** How long to wait for an answer that may not come. */
const SHORT_MS = 20;
/** How long a login code may take, if there is one: a name may be another's by now. */
const CODE_MS = 1000;
// The server understands no such frame, and says so at once.
const NO_FRAME = { type: 99 };
const MOST_SAID = 30;
const LIMITS = defaultLimits(true);

/** What was done so far, by all of the fuzz. */
export class Progress {
	/** Frames that are still to be sent: well-formed, and broken. */
	readonly left: { wellFormed: number; broken: number };
	sent = 0;
	/** Sent by someone in a room, and understood: these reach `decide`. */
	decided = 0;
	broken = 0;
	connections = 0;
	logins = 0;
	readonly troubles: string[] = [];

	constructor(count: number) {
		// More than half, because a part of them has a strange value, or comes from someone who was thrown out.
		const wellFormed = Math.ceil(count * 0.65);
		this.left = { wellFormed, broken: count - wellFormed };
	}
}

export interface Part {
	readonly port: number;
	readonly seed: number;
	readonly self: number;
	readonly people: number;
	/** Whether what it sends is broken. */
	readonly isHostile: boolean;
	/** The latest code by name, as the server printed it. */
	readonly codes: Map<string, string>;
	readonly progress: Progress;
}

export class Person {
	readonly #part: Part;
	readonly #random: Random;
	readonly #known: Known;
	#client: RawClient | undefined;
	#isInside = false;
	#requests = 0;
	/** Called with the id of each answer, and with undefined when the connection ends. */
	#onAnswer = (_id: unknown) => {};

	constructor(part: Part) {
		this.#part = part;
		const { self, people, seed } = part;
		this.#random = new Random(seed + self * 7919);
		this.#known = {
			...{ self, people, session: "", client: "", pending: "", code: "" },
			...{ room: "lobby", epoch: "", offset: 0, last: 0, time: 0, said: [] },
		};
	}

	/** Sends handfuls while there are frames left. */
	async live(): Promise<void> {
		const { progress, isHostile } = this.#part;
		const kind = isHostile ? "broken" : "wellFormed";
		while (progress.left[kind] > 0) {
			await this.#enter();
			let isOver = false;
			for (let i = 0; i < HANDFUL && !isOver; i++) {
				if (progress.left[kind]-- <= 0) break;
				isOver = this.#sendOne();
			}
			const waitMs = isOver ? SHORT_MS : PATIENCE_MS;
			const isAnswered = await this.#ask(NO_FRAME, waitMs);
			// A broken frame may have opened a message that never ends.
			if (!isAnswered && !isHostile)
				progress.troubles.push(`no answer for ${PATIENCE_MS} ms`);
			if (isOver || !isAnswered || this.#random.happens(5)) this.#leave();
		}
		this.#leave();
	}

	/** Answers whether the connection is of no more use. */
	#sendOne(): boolean {
		const { progress, isHostile, codes } = this.#part;
		progress.sent++;
		this.#known.code = codes.get(nameOf(this.#known.self)) ?? "000000";
		if (isHostile) {
			progress.broken++;
			const { bytes, ends } = broken(this.#random, this.#known);
			this.#client?.sendBytes(bytes);
			return ends;
		}
		const text = JSON.stringify(wellFormed(this.#random, this.#known));
		const isUnderstood = "command" in plume2.parse(text, LIMITS);
		if (this.#isInside && isUnderstood) progress.decided++;
		this.#client?.sendFrame(1, Buffer.from(text));
		return false;
	}

	async #enter(): Promise<void> {
		this.#client ??= await this.#connect();
		if (this.#isInside) return;
		// Half of the broken frames come from strangers.
		if (this.#part.isHostile && this.#random.happens(500)) return;
		const { self, session, room } = this.#known;
		this.#known.session = "";
		if (session) await this.#ask({ type: MessageType.open, session, room });
		if (this.#isInside) this.#known.session ||= session;
		if (this.#isInside) return;
		const { codes, progress } = this.#part;
		const name = nameOf(self);
		codes.delete(name);
		const text = `${name}\n${emailOf(self)}`;
		await this.#ask({ type: MessageType.hello, text });
		for (let ms = 0; ms < CODE_MS && !codes.has(name); ms += SHORT_MS)
			await pause(SHORT_MS);
		const code = codes.get(name);
		if (code) await this.#ask({ type: MessageType.auth, text: code });
		if (this.#isInside) progress.logins++;
	}

	async #connect(): Promise<RawClient> {
		const { port, progress } = this.#part;
		progress.connections++;
		const onText = (text: string) => this.#hear(parseJson(text));
		const protocol = "plume.2";
		const client = await RawClient.connect({ port, protocol, onText });
		void client.closed.then(() => {
			if (this.#client !== client) return;
			this.#client = undefined;
			this.#isInside = false;
			this.#onAnswer(undefined);
		});
		return client;
	}

	/** Resolves when there is an answer, or the connection has ended; with false if neither is so in time. */
	async #ask(request: object, withinMs = PATIENCE_MS): Promise<boolean> {
		if (!this.#client) return true;
		const id = `ask${this.#requests++}`;
		const answered = new Promise<boolean>((resolve) => {
			const timer = setTimeout(() => resolve(false), withinMs);
			this.#onAnswer = (of) => {
				if (of !== undefined && of !== id) return;
				clearTimeout(timer);
				resolve(true);
			};
		});
		this.#client.send({ ...request, id });
		return answered;
	}

	#leave(): void {
		const client = this.#client;
		this.#client = undefined;
		this.#isInside = false;
		client?.drop();
	}

	#hear(frame: Json): void {
		const known = this.#known;
		const { type } = frame;
		const text = (value: unknown) => (typeof value === "string" ? value : "");
		const number = (value: unknown, or: number) =>
			typeof value === "number" ? value : or;
		if (type === MessageType.session) known.session = text(frame.token);
		if (type === MessageType.pending) known.pending = text(frame.pending);
		if (type === MessageType.welcome) {
			this.#isInside = true;
			const [room, epoch] = [text(frame.room), text(frame.epoch)];
			const client = text(frame.client);
			Object.assign(known, { room, epoch, client, offset: 0, said: [] });
		}
		if (type === MessageType.welcome || type === MessageType.ack)
			known.last = number(frame.last, known.last);
		if (type === MessageType.refused && frame.expected !== undefined)
			known.last = number(frame.expected, 1) - 1;
		if (frame.room === known.room) {
			known.offset = Math.max(known.offset, number(frame.offset, 0));
			known.time = number(frame.time, known.time);
			if (type === MessageType.text && frame.client === known.client)
				known.said = [...known.said, known.offset].slice(-MOST_SAID);
		}
		if (type === MessageType.rooms) {
			overhear(overheard.tokens, frame.token);
			overhear(overheard.keys, frame.room);
		}
		if (frame.id !== undefined) this.#onAnswer(frame.id);
	}
}
