/**
 * The real server code, from the edge to the log, in one process with a
 * simulated clock, mail service and network: two people talk in three lines.
 *
 *   const plume = await TestServer.open();
 *   const ann = await plume.enter("ann");
 *   ann.say("hello");
 */
import { createHash } from "node:crypto";
import { BOT_NAME, LOBBY, MessageType as types } from "../machines/message.ts";
import { type Accepts, readConfig } from "../src/config.ts";
import type { Reporter } from "../src/engine/parts.ts";
import { Secrets } from "../src/engine/secrets.ts";
import type { State } from "../src/engine/state.ts";
import type { IndexFiles } from "../src/history/index-files.ts";
import type { Cache } from "../src/log/cache.ts";
import type { Log } from "../src/log/log.ts";
import type { Snapshots } from "../src/log/snapshots.ts";
import { type LoginMail, MailError, type Mailer } from "../src/mail/mailer.ts";
import type { OperatorCommand } from "../src/operator/usage.ts";
import type { SearchStore } from "../src/search/store.ts";
import { type ServiceParts, startEngine } from "../src/service.ts";
import { classic } from "../src/transport/protocol-v1.ts";
import { plume2 } from "../src/transport/protocol-v2.ts";
import {
	overWebSocket,
	WebSocketTransport,
	type Writer,
} from "../src/transport/websocket.ts";
import { FakeClock } from "./fakes/clock.ts";
import { memoryLog } from "./fakes/memory-log.ts";

const dialects = {
	classic: overWebSocket(classic),
	"plume.2": overWebSocket(plume2),
};

/** Far more turns of the event loop than anything simulated takes. A real disk may take longer: from then on each turn takes a millisecond. */
const MOST_TURNS = 100_000;
const MOST_SLOW_TURNS = 60_000;

/** A frame as it was received: a Message with whatever flat fields came with it. */
export interface Received {
	readonly type: number;
	readonly user?: { readonly name: string };
	readonly text?: string;
	readonly [field: string]: unknown;
}

export interface TestServerOptions {
	readonly log?: Log;
	readonly snapshots?: Snapshots;
	readonly indexes?: IndexFiles;
	readonly known?: Cache;
	readonly searchStore?: SearchStore;
	readonly own?: Cache;
	readonly mayPushToLoopback?: boolean;
	readonly clock?: FakeClock;
	readonly seed?: string;
	readonly environment?: Readonly<Record<string, string>>;
	/** What of it has changed when it is read again; without it, it can't be. */
	readonly again?: Readonly<Record<string, string>>;
	readonly report?: Reporter;
	/** Whether the log has nothing on its way: by default, all is durable or can't be. */
	readonly settled?: () => boolean;
	/** Whether it will never read or write again. */
	readonly isDead?: () => boolean;
	readonly accepts?: Accepts;
	readonly onOwn?: () => Promise<void>;
	readonly secret?: string;
	readonly cluster?: ServiceParts["cluster"];
	readonly hasQueue?: boolean;
	/** Hears why nobody can enter yet. A rejection ends the start. */
	readonly onWaiting?: (why: string) => unknown;
}

/** Keeps what was mailed, and can be told to fail. */
export class FakeMailer implements Mailer {
	readonly sent: LoginMail[] = [];
	failing = false;
	hanging = false;

	async send(mail: LoginMail, signal: AbortSignal): Promise<void> {
		if (this.hanging)
			await new Promise((_, reject) => {
				const giveUp = () => reject(new MailError("no answer"));
				signal.addEventListener("abort", giveUp);
			});
		if (this.failing) throw new MailError("the mail service is down");
		this.sent.push(mail);
	}

	codeFor(email: string): string {
		const mail = this.sent.findLast(({ to }) => to === email);
		if (!mail) throw new Error(`no code was mailed to ${email}`);
		return mail.code;
	}
}

type Started = Awaited<ReturnType<typeof startEngine>>;

export class TestServer {
	readonly log: Log;
	readonly clock: FakeClock;
	readonly mailer: FakeMailer;
	fatal: Error | undefined;
	readonly people: Person[] = [];
	readonly #settled: () => boolean;
	readonly #started: Started;

	private constructor(
		settled: () => boolean,
		log: Log,
		clock: FakeClock,
		mailer: FakeMailer,
		started: Started,
	) {
		this.#settled = settled;
		this.log = log;
		this.clock = clock;
		this.mailer = mailer;
		this.#started = started;
	}

	/** As it is ordered. */
	get state(): State {
		return this.#started.states.ordered;
	}

	static async open({
		clock = new FakeClock(),
		seed = "seed",
		log = memoryLog(seed, clock),
		snapshots,
		indexes,
		known,
		searchStore,
		own,
		mayPushToLoopback = false,
		environment = {},
		again,
		report = { info() {}, warn() {} },
		settled = () => log.frozen || log.ordered === log.committed,
		isDead = () => false,
		onWaiting = () => {},
		hasQueue = false,
		secret = "a secret for tests",
		cluster,
		accepts = { clock: false, missing: false, restored: false, secret: false },
		onOwn,
	}: TestServerOptions = {}): Promise<TestServer> {
		const mailer = new FakeMailer();
		const configured = (changed = {}) =>
			readConfig(
				{ PLUME_LOG: "memory", ...environment, ...changed },
				() => undefined,
			);
		let plume: TestServer | undefined;
		const failed: { error?: Error } = {};
		const ids = new Secrets(secret, seededBytes(seed));
		const parts: ServiceParts = {
			config: configured(),
			...(again && { readAgain: () => configured(again) }),
			log,
			snapshots,
			indexes,
			known,
			searchStore,
			own,
			mayPushToLoopback,
			mailer,
			secrets: ids,
			clockFrom: () => clock,
			hasQueue,
			cluster,
			accepts,
			onOwn,
			version: "test",
			report,
			onFatal: (error) => {
				failed.error = error;
				if (plume) plume.fatal = error;
			},
		};
		const started = await startEngine(parts, async (why) => onWaiting(why));
		const { archive, search } = started;
		const isQuiet = () =>
			settled() &&
			(isDead() || (archive.isIdle && search?.isIdle !== false)) &&
			!plume?.people.some(({ isTaking }) => isTaking);
		plume = new TestServer(isQuiet, log, clock, mailer, started);
		plume.fatal = failed.error;
		await plume.settle();
		return plume;
	}

	/** Someone connects. */
	connect(
		protocol: "classic" | "plume.2" = "classic",
		networks: string | readonly string[] = "10.0.0.1",
	) {
		const { engine, runningClock: clock, policy } = this.#started;
		const person = new Person();
		person.transport = new WebSocketTransport({
			pingPhase: 0,
			writer: person,
			dialect: dialects[protocol],
			engine,
			networks: [networks].flat(),
			clock,
			limits: policy.limits,
			onKnown: () => {},
		});
		this.people.push(person);
		return person;
	}

	/** Someone connects and logs in. */
	async enter(
		name: string,
		protocol: "classic" | "plume.2" = "classic",
		email = `${name}@example.org`,
		networks: string | readonly string[] = "10.0.0.1",
	): Promise<Person> {
		const person = this.connect(protocol, networks);
		person.hello(name, email);
		await this.settle();
		person.auth(this.mailer.codeFor(email));
		await this.settle();
		return person;
	}

	get server() {
		return this.#started.server;
	}

	/** Once a second, where sockets are real. */
	beat(): void {
		this.#started.runningClock.beat();
	}

	get engine() {
		return this.#started.engine;
	}

	get operator() {
		return this.#started.operator;
	}

	/** What the operator is answered; rejects if it can't be done. */
	async operate(
		command: OperatorCommand,
		...args: readonly string[]
	): Promise<readonly string[]> {
		const lines: string[] = [];
		const { signal } = new AbortController();
		for await (const line of this.operator.run(command, args, signal))
			lines.push(line);
		return lines;
	}

	/** Lets time pass. */
	async passes(ms: number): Promise<void> {
		this.clock.advance(ms);
		await this.settle();
	}

	/** Waits for what takes its time, as reading does; or for the end. */
	async until(condition: () => boolean): Promise<void> {
		for (let turns = 0; !condition() && !this.fatal; turns++) {
			await turn(turns, "that never happens");
		}
	}

	get inspector() {
		return this.#started.inspector;
	}

	get archive() {
		return this.#started.archive;
	}

	/** Waits until nothing is on its way any more: all that was ordered is durable, or can't be, and nobody reads. */
	async settle(): Promise<void> {
		let turns = 0;
		for (let quiet = 0; quiet < 3; quiet++) {
			await turn(++turns, "the log never comes to rest");
			if (!this.#settled() && !this.fatal) quiet = -1;
		}
	}
}

/** Lets the event loop turn. Rejects with words once it did so too often. */
async function turn(turns: number, words: string): Promise<void> {
	if (turns > MOST_TURNS + MOST_SLOW_TURNS) throw new Error(words);
	await new Promise((resolve) =>
		turns > MOST_TURNS ? setTimeout(resolve, 1) : setImmediate(resolve),
	);
}

/** Someone at the other end of a connection, who remembers every frame. */
export class Person implements Writer {
	readonly received: Received[] = [];
	transport: WebSocketTransport | undefined;
	closed: { readonly code: number; readonly reason: string } | undefined;
	pings = 0;
	/** Hears each frame as it comes. */
	onFrame: ((frame: Received) => void) | undefined;
	/** While stalled, nothing is taken from the network: what is sent stays unsent. */
	stalled = false;
	unsentBytes = 0;
	#unsent: Buffer[] = [];
	#onceDrained: (() => void)[] = [];

	hello(name: string, email: string, room?: string): void {
		this.send0({ type: types.hello, text: `${name}\n${email}`, room });
	}

	/** `name` is for a newcomer whose hello had none. */
	auth(code: string, name?: string): void {
		this.send0({ type: types.auth, text: code, name });
	}

	say(text: string, n?: number, room?: unknown, replyTo?: unknown): void {
		this.send0({ type: types.text, text, ...(n && { n }), room, replyTo });
	}

	/** Comes back: by a session, or to a login under way. */
	open(fields: Readonly<Record<string, unknown>>): void {
		this.send0({ type: types.open, room: LOBBY, ...fields });
	}

	/** Says what is never logged: that it types, is away, or wants to hear of other rooms. */
	publish(kind: "typing" | "presence" | "heads", fields: object = {}): void {
		this.send0({ type: types.signal, kind, ...fields });
	}

	/** Searches in the room, or elsewhere. */
	search(text: string, fields: Readonly<Record<string, unknown>> = {}): void {
		this.send0({ type: types.search, kind: "find", text, ...fields });
	}

	askHistory(fields: Readonly<Record<string, unknown>>): void {
		this.send0({ type: types.history, ...fields });
	}

	erase(fields: Readonly<Record<string, unknown>>): void {
		this.send0({ type: types.erase, ...fields });
	}

	eraseAll(): void {
		this.erase({ mine: true });
	}

	logOut(all = false): void {
		this.send0({ type: types.logout, all });
	}

	/** The latest frame of a type. */
	last(type: number): Received | undefined {
		return this.received.findLast((frame) => frame.type === type);
	}

	/** What a tab keeps to come back in its place: session, room, client, and the last item it saw there. */
	get memory() {
		const welcome = this.last(types.welcome);
		const seen = this.items.findLast(({ epoch }) => epoch === welcome?.epoch);
		return {
			session: this.last(types.session)?.token,
			room: welcome?.room,
			client: welcome?.client,
			epoch: welcome?.epoch,
			offset: (seen ?? welcome)?.offset,
			time: seen?.time,
		};
	}

	/** The items it was shown, of whatever room. */
	get items(): readonly Received[] {
		const { text, system } = types;
		return this.received.filter(
			({ type, offset }) =>
				offset !== undefined && (type === text || type === system),
		);
	}

	/** Sends anything at all. */
	raw(frame: string): void {
		if (!this.closed) this.transport?.receive(frame);
	}

	hangUp(): void {
		this.closed ??= { code: 1006, reason: "" };
		this.transport?.closed("closed");
	}

	/** What was received since the last time this was asked. */
	#seen = 0;
	news(): readonly Received[] {
		const news = this.received.slice(this.#seen);
		this.#seen = this.received.length;
		return news;
	}

	/** The lines of conversation it was shown, as `name: text`, without the bot's. */
	get lines(): readonly string[] {
		return this.received
			.filter(
				({ type, user }) => type === types.text && user?.name !== BOT_NAME,
			)
			.map(({ user, text }) => `${user?.name}: ${text}`);
	}

	/** There is more for it, as soon as what was sent is through. */
	get isTaking(): boolean {
		return !this.stalled && !this.closed && this.#onceDrained.length > 0;
	}

	get isIn(): boolean {
		return (
			!this.closed &&
			this.received.some(({ type, client }) =>
				client === undefined ? type === types.authAck : type === types.welcome,
			)
		);
	}

	send(bytes: Buffer): void {
		if (this.stalled) {
			this.unsentBytes += bytes.length;
			this.#unsent.push(bytes);
		} else this.#hear(bytes);
	}

	whenDrained(task: () => void): void {
		this.#onceDrained.push(task);
		if (!this.stalled) setImmediate(() => this.take());
	}

	/** Takes from the network all that is unsent so far. */
	take(): void {
		const unsent = this.#unsent;
		const tasks = this.#onceDrained;
		this.#unsent = [];
		this.#onceDrained = [];
		this.unsentBytes = 0;
		for (const bytes of unsent) this.#hear(bytes);
		for (const task of tasks) setImmediate(task);
	}

	ping(): void {
		this.pings++;
		if (!this.stalled) this.transport?.onActivity();
	}

	close(code: number, reason: string): void {
		this.closed ??= { code, reason };
	}

	terminate(): void {
		this.close(1006, "");
	}

	#hear(bytes: Buffer): void {
		for (const frame of decodeFrames(bytes)) {
			this.received.push(frame);
			this.onFrame?.(frame);
		}
	}

	private send0(frame: object): void {
		this.raw(JSON.stringify(frame));
	}
}

/** Undoes what a server's unmasked text frames look like (RFC 6455 §5.2). */
export function decodeFrames(bytes: Buffer): Received[] {
	const frames: Received[] = [];
	let at = 0;
	while (at < bytes.length) {
		const short = bytes.readUInt8(at + 1);
		const [length, head] =
			short === 126
				? [bytes.readUInt16BE(at + 2), 4]
				: short === 127
					? [Number(bytes.readBigUInt64BE(at + 2)), 10]
					: [short, 2];
		const body = bytes.subarray(at + head, at + head + length);
		frames.push(JSON.parse(body.toString()));
		at += head + length;
	}
	return frames;
}

/** Bytes that are the same in every run with the same seed. */
export function seededBytes(seed: string): (size: number) => Uint8Array {
	let count = 0;
	return (size) =>
		createHash("sha512")
			.update(`${seed} ${count++}`)
			.digest()
			.subarray(0, size);
}
