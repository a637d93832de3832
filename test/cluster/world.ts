/**
 * A sequencer and its edges in one process, on one simulated clock, with
 * connections between them that a test can cut.
 */
import type { Duplex } from "node:stream";
import { Edge } from "../../src/cluster/edge.ts";
import { Seal } from "../../src/cluster/seal.ts";
import { Sequencer } from "../../src/cluster/sequencer.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import type { Disk } from "../../src/log/disk.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { copyOf } from "../fakes/copy-of-disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { pair } from "../fakes/pair.ts";
import {
	type Person,
	seededBytes,
	TestServer,
	type TestServerOptions,
} from "../test-server.ts";

const SECRET = "a secret for tests";
const MOST_TURNS = 100_000;

export interface Node {
	readonly server: TestServer;
	readonly disk: ReturnType<typeof memoryDisk>;
}

export interface EdgeNode extends Node {
	readonly edge: Edge;
}

export class World {
	readonly clock = new FakeClock();
	readonly edges: EdgeNode[] = [];
	/** While false, no edge reaches the sequencer. */
	isConnected = true;
	/** While true, connections stay, but nothing comes. */
	isSilent = false;
	readonly warnings: string[] = [];
	/** What would have ended an edge at once. */
	readonly fatal: Error[] = [];
	#turns = 0;
	#lastTraffic = 0;
	#sequencer: (Node & { readonly sequencer: Sequencer }) | undefined;
	/** With the edge that dialled. */
	readonly #sockets = new Map<Duplex, string>();
	readonly #options: TestServerOptions;
	#starts = 0;

	private constructor(options: TestServerOptions) {
		this.#options = options;
	}

	static async open(
		edges: number,
		options: TestServerOptions = {},
	): Promise<World> {
		const world = new World(options);
		await world.startSequencer();
		for (let nth = 1; nth <= edges; nth++) await world.startEdge(`edge${nth}`);
		return world;
	}

	get sequencer() {
		if (!this.#sequencer) throw new Error("there is no sequencer");
		return this.#sequencer;
	}

	async startSequencer(disk = memoryDisk()): Promise<void> {
		const node = `sequencer${++this.#starts}`;
		const sequencer = new Sequencer({
			...{ seal: this.#seal(), clock: this.clock, report: this.#report() },
			about: { node, label: "sequencer", settings: "", version: "test" },
		});
		const server = await this.#open(node, disk, sequencer);
		this.#sequencer = { server, disk, sequencer };
		await this.settle();
	}

	/** The process ends at once. Answers what is on its disk. */
	killSequencer(): Promise<Disk> {
		const { disk } = this.sequencer;
		this.#sequencer = undefined;
		this.cut();
		return copyOf(disk);
	}

	/** The process ends at once, and with it the connections of its people. Answers what is on its disk. */
	killEdge(node: EdgeNode): Promise<Disk> {
		this.edges.splice(this.edges.indexOf(node), 1);
		for (const [socket, edge] of this.#sockets)
			if (edge === node.edge.node) socket.destroy();
		node.edge.close();
		for (const person of node.server.people) person.hangUp();
		return copyOf(node.disk);
	}

	async startEdge(
		label: string,
		disk = memoryDisk(),
		options: TestServerOptions = {},
	): Promise<EdgeNode> {
		const node = `${label} ${++this.#starts}`;
		const edge = new Edge({
			dial: () => this.#dial(node),
			...{ seal: this.#seal(), clock: this.clock, report: this.#report() },
			onFatal: (error) => this.fatal.push(error),
			about: { node, label, version: "test", settings: "" },
		});
		const server = await this.#open(node, disk, edge, options);
		const started = { server, edge, disk };
		this.edges.push(started);
		await this.settle();
		return started;
	}

	/** Every connection between nodes breaks. */
	cut(): void {
		for (const socket of this.#sockets.keys()) socket.destroy();
		this.#sockets.clear();
	}

	/** Someone logs in on a node. */
	async enter(
		{ server }: Node,
		name: string,
		protocol: "classic" | "plume.2" = "plume.2",
	): Promise<Person> {
		const email = `${name}@example.org`;
		const person = server.connect(protocol);
		person.hello(name, email);
		await this.settle();
		person.auth(this.sequencer.server.mailer.codeFor(email));
		await this.settle();
		return person;
	}

	/** Time passes on all nodes. */
	async advance(ms: number): Promise<void> {
		for (let left = ms; left > 0; left -= 100) {
			this.clock.advance(Math.min(100, left));
			await this.settle();
		}
	}

	/** Until nothing is on its way between the nodes, or in any of them. */
	async settle(): Promise<void> {
		const nodes = () => [this.#sequencer, ...this.edges];
		for (let quiet = 0; quiet < 20; quiet++) {
			if (++this.#turns - this.#lastTraffic > MOST_TURNS)
				throw new Error("the cluster never comes to rest");
			const before = this.#lastTraffic;
			await new Promise((resolve) => setImmediate(resolve));
			for (const node of nodes()) await node?.server.settle();
			if (before !== this.#lastTraffic) quiet = -1;
		}
	}

	#seal(): Seal {
		return new Seal(new Secrets(SECRET, seededBytes("seal")));
	}

	#report() {
		const warn = (_: object, message: string) => this.warnings.push(message);
		return { info() {}, warn };
	}

	#open(
		seed: string,
		disk: Node["disk"],
		cluster: TestServerOptions["cluster"],
		options: TestServerOptions = {},
	): Promise<TestServer> {
		const { clock } = this;
		const log = memoryLog(seed, clock, disk);
		const own = { log, clock, cluster, secret: SECRET, seed };
		return TestServer.open({ ...this.#options, ...options, ...own });
	}

	#dial(edge: string): Duplex {
		const onTraffic = () => {
			this.#lastTraffic = ++this.#turns;
		};
		const [near, far] = pair(onTraffic, () => !this.isSilent);
		this.#sockets.set(near, edge);
		const to = this.isConnected ? this.#sequencer?.sequencer : undefined;
		if (to) to.accept(far);
		else far.destroy();
		return near;
	}
}
