/**
 * Several nodes in one process, on one simulated clock, bus and stream. Any of
 * them may die, be cut off, or be paused.
 */
import { eventTable } from "../../machines/events.ts";
import { Node } from "../../src/cluster/node.ts";
import { Seal } from "../../src/cluster/seal.ts";
import type { StreamPort } from "../../src/cluster/stream.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { copyOf } from "../fakes/copy-of-disk.ts";
import type { Random } from "../fakes/disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import {
	type Person,
	seededBytes,
	TestServer,
	type TestServerOptions,
} from "../test-server.ts";
import { SimulatedStream } from "./simulated-stream.ts";

const SECRET = "a secret for tests";
const STEP_MS = 5;
const TURNS = 12;

export interface StreamNode {
	readonly id: string;
	readonly node: Node;
	readonly server: TestServer;
	readonly disk: ReturnType<typeof memoryDisk>;
	/** What ended it, if anything did. */
	readonly failed: { error?: Error };
}

export class Nodes {
	readonly clock = new FakeClock();
	readonly stream: SimulatedStream;
	readonly nodes: StreamNode[] = [];
	readonly warnings: string[] = [];
	readonly #alive = new Map<string, Node>();
	/** Nodes that neither send nor hear anything. */
	readonly cutOff = new Set<string>();
	/** What waits on the bus for nodes that it is late for. */
	readonly #waiting = new Map<string, (() => void)[]>();
	readonly #random: Random;
	readonly #options: TestServerOptions;
	#starts = 0;

	constructor(random: Random, options: TestServerOptions = {}, trouble = 0) {
		this.#random = random;
		this.#options = options;
		this.stream = new SimulatedStream(this.clock, random, trouble);
	}

	/** The node that decides; there may be none for a while. */
	get sequencer(): StreamNode | undefined {
		return this.nodes.find(({ node }) => node.leads);
	}

	async start({
		disk = memoryDisk(),
		skewMs = 0,
		settings = "",
		events = Object.keys(eventTable),
		environment = {},
	} = {}): Promise<StreamNode> {
		const { clock } = this;
		const id = `node${++this.#starts}`;
		const failed: StreamNode["failed"] = {};
		const node: Node = new Node({
			port: this.#portOf(id),
			bus: {
				send: (to, bytes) => this.#carry(id, to, bytes),
				publish: (bytes) => {
					for (const to of this.#alive.keys())
						this.#carry(id, to, bytes, "all");
				},
				close: async () => {},
			},
			seal: new Seal(new Secrets(SECRET, seededBytes("seal"))),
			random: () => this.#random(1000) / 1000,
			clock: {
				now: () => clock.now() + skewMs,
				after: (...it) => clock.after(...it),
			},
			report: {
				info() {},
				warn: (_, message) => this.warnings.push(`${id}: ${message}`),
			},
			onFatal: (error) => {
				failed.error ??= error;
			},
			about: { node: id, label: id, version: "test", settings, events },
		});
		this.#alive.set(id, node);
		const log = memoryLog(id, clock, disk, {
			isMirror: true,
			replicate: (bytes) => node.replicate(bytes),
		});
		const opening = TestServer.open({
			...{ environment, ...this.#options, log, clock, cluster: node },
			...{ secret: SECRET, seed: id, settled: () => true },
		});
		let isSettled = false;
		const settle = () => {
			isSettled = true;
		};
		opening.then(settle, settle);
		await this.until(() => isSettled);
		const started = { id, node, server: await opening, disk, failed };
		this.nodes.push(started);
		return started;
	}

	/** Its process is gone. Answers what is on its disk. */
	kill({ id, node, server, disk }: StreamNode): Promise<StreamNode["disk"]> {
		this.#alive.delete(id);
		this.cutOff.add(id);
		this.nodes.splice(
			this.nodes.findIndex((each) => each.node === node),
			1,
		);
		for (const person of server.people) person.hangUp();
		return copyOf(disk);
	}

	/** The bus brings a node nothing until the answer is called; the stream is as fast as ever. */
	hold({ id }: StreamNode): () => void {
		const waiting: (() => void)[] = [];
		this.#waiting.set(id, waiting);
		return () => {
			this.#waiting.delete(id);
			for (const deliver of waiting) setImmediate(deliver);
		};
	}

	/** All that the stream and the nodes have on their disks. */
	async stored(): Promise<string> {
		const copies = [...this.stream.erased.values()].map(({ copy }) => copy);
		const messages = [...this.stream.messages, ...copies];
		let all = messages
			.map((each) => `${Buffer.from(each?.bytes ?? "")}`)
			.join();
		for (const { disk } of this.nodes)
			for (const name of await disk.list("log"))
				for await (const bytes of disk.read(`log/${name}`)) all += bytes;
		return all;
	}

	async advance(ms: number): Promise<void> {
		for (let left = ms; left > 0; left -= STEP_MS) {
			this.clock.advance(STEP_MS);
			for (let turn = 0; turn < TURNS; turn++)
				await new Promise((resolve) => setImmediate(resolve));
		}
	}

	async until(condition: () => boolean, mostMs = 120_000): Promise<void> {
		for (let ms = 0; !condition(); ms += STEP_MS) {
			if (ms > mostMs) throw new Error("that never happens");
			await this.advance(STEP_MS);
		}
	}

	async enter({ server }: StreamNode, name: string): Promise<Person> {
		const email = `${name}@example.org`;
		const mails = () =>
			this.nodes
				.flatMap((node) => node.server.mailer.sent)
				.filter(({ to }) => to === email);
		const earlier = mails().length;
		const person = server.connect("plume.2");
		person.hello(name, email);
		await this.until(() => mails().length > earlier);
		person.auth(mails().at(-1)?.code ?? "");
		await this.until(() => person.isIn);
		return person;
	}

	/** The stream as a node reaches it, which may be cut off. */
	#portOf(id: string): StreamPort {
		const { stream, clock, cutOff } = this;
		const reached = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
			cutOff.has(id)
				? new Promise((_, reject) => {
						clock.after(2000, () => reject(new Error("cut off")));
					})
				: ask();
		return {
			publish: (...it) => reached(() => stream.publish(...it)),
			last: () => reached(() => stream.last()),
			leader: () => reached(() => stream.leader()),
			get: (...it) => reached(() => stream.get(...it)),
			getErased: (...it) => reached(() => stream.getErased(...it)),
			erase: (...it) => reached(() => stream.erase(...it)),
			async *read(after) {
				// What it does not hear it never hears.
				for await (const heard of stream.read(after))
					if (!cutOff.has(id)) yield heard;
			},
			close: async () => {},
		};
	}

	#carry(
		from: string,
		to: string,
		bytes: Uint8Array,
		kind: "node" | "all" = "node",
	): void {
		if (this.cutOff.has(from) || this.cutOff.has(to)) return;
		const copy = Uint8Array.from(bytes);
		const deliver = () => this.#alive.get(to)?.onMessage(copy, kind);
		const waiting = this.#waiting.get(to);
		if (waiting) waiting.push(deliver);
		else setImmediate(deliver);
	}
}
