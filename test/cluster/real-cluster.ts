/** Three nodes of Plume, three nats-servers, and people who talk while a script kills and pauses them. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import {
	filesIn,
	newDataFolder,
	newestCode,
	Plume,
	run,
} from "../program/program.ts";
import { Stranger } from "../stranger/client.ts";
import { NatsServers } from "./nats-servers.ts";

const NODES = 3;
const PAUSE_MS = 6000;
const ALL_PAUSED_MS = 7000;
const MOST_WAIT_MS = 90_000;

export const faults = {
	"an edge is killed": "an edge reconnects its people once",
	"an edge is paused": "an edge reconnects its people once",
	"the sequencer is killed": "1.4–2.7 s",
	"the sequencer is paused": "1.4–2.7 s",
	"the NATS leader is killed": "5–8 s",
	"the NATS leader is paused": "5–8 s",
	"all NATS servers are killed": "until a quorum is back",
	"all NATS servers are paused": "until a quorum is back",
} as const;

export type Fault = keyof typeof faults;

interface Running {
	plume: Plume;
	readonly environment: Readonly<Record<string, string>>;
}

export class RealCluster {
	readonly servers: NatsServers;
	readonly nodes: Running[] = [];
	readonly people: Stranger[] = [];
	readonly lines: string[][] = [];
	readonly #address: string;
	readonly #program: string | undefined;
	/** Every process there was: one that was killed may have mailed a code. */
	readonly #started: Plume[] = [];
	#talking: NodeJS.Timeout | undefined;

	private constructor(servers: NatsServers, program: string | undefined) {
		this.servers = servers;
		this.#program = program;
		this.#address = `nats://${servers.addresses.join(",")}/PLUME`;
	}

	/** `program` is the `main.js` of another version. */
	static async start(people: number, program?: string): Promise<RealCluster> {
		const cluster = new RealCluster(await NatsServers.start(3), program);
		for (let nth = 0; nth < NODES; nth++) await cluster.#startNode(nth);
		for (let nth = 0; nth < people; nth++) cluster.#join(`guest${nth}`);
		await cluster.until(() => cluster.people.every(({ isIn }) => isIn));
		return cluster;
	}

	async #startNode(nth: number): Promise<void> {
		const environment = {
			PLUME_LOG: this.#address,
			PLUME_SECRET: "a secret that all nodes share",
			PLUME_NODE: `node ${nth}`,
			PLUME_DATA: await newDataFolder(),
			PLUME_LIMITS: "off",
		};
		const instead = this.#program && `set -- ${this.#program}`;
		const plume = await Plume.start(environment, instead);
		this.#started.push(plume);
		const PLUME_PORT = String(plume.port);
		this.nodes[nth] = {
			plume,
			environment: { ...environment, PLUME_PORT },
		};
	}

	#join(name: string): void {
		const nth = this.people.length;
		this.lines.push([]);
		this.people.push(
			new Stranger({
				...{ url: this.#urlOf(nth), name, room: "boats", page: 200 },
				readCode: (wrong) => newestCode(this.#started, name, wrong),
			}),
		);
	}

	/** A load balancer spreads people over the nodes. */
	#urlOf(nth: number): string {
		return this.nodes[nth % NODES]?.plume.url ?? "";
	}

	async until(condition: () => boolean, mostMs = MOST_WAIT_MS): Promise<void> {
		const end = Date.now() + mostMs;
		while (!condition()) {
			if (Date.now() > end)
				throw new Error(`not in ${mostMs} ms: ${condition}\n${this.#story()}`);
			await pause(20);
		}
	}

	/** Where everyone is, and what each node has said last. */
	#story(): string {
		const people = this.people.map(({ isIn, offset, waiting, ...more }) => ({
			...{ isIn, offset, waiting, refusals: more.refusals.slice(-3) },
			faults: more.faults,
		}));
		const nodes = this.nodes.map(({ plume }) => plume.lines.slice(-8));
		return [...people, ...nodes].map((one) => JSON.stringify(one)).join("\n");
	}

	/** Everyone says something each so many milliseconds, in turn. */
	talk(everyMs: number): void {
		let next = 0;
		this.#talking = setInterval(() => {
			const nth = next++ % this.people.length;
			const own = this.lines[nth] ?? [];
			// On a slow machine more would wait than is ever told.
			const person = this.people[nth];
			if (!person?.epoch || person.waiting > 20) return;
			own.push(`guest${nth} says ${own.length}`);
			person.say(own.at(-1) ?? "");
		}, everyMs / this.people.length);
	}

	/** Nobody says anything more, and all that was said is seen by everyone. */
	async quiet(): Promise<void> {
		clearInterval(this.#talking);
		await this.until(() =>
			this.people.every(({ isIn, waiting }) => isIn && waiting === 0),
		);
		const head = () => Math.max(...this.people.map(({ offset }) => offset));
		const isWhole = () => {
			for (const person of this.people) person.fillHoles();
			return this.people.every(
				({ offset, transcript }) =>
					offset === head() && transcript.size === offset,
			);
		};
		// Each reads all that was said, from the beginning.
		await this.until(isWhole, MOST_WAIT_MS * 4);
	}

	/** Which node decides, as the nodes say. */
	#sequencer(): Running {
		const terms = this.nodes.map(({ plume }) =>
			Math.max(
				0,
				...plume.lines
					.filter(({ msg }) => msg === "this node decides now")
					.map(({ term }) => Number(term)),
			),
		);
		const node = this.nodes[terms.indexOf(Math.max(...terms))];
		if (!node) throw new Error("no node decides");
		return node;
	}

	#edge(): Running {
		const sequencer = this.#sequencer();
		const edges = this.nodes.filter((node) => node !== sequencer);
		const edge = edges[Math.floor(Math.random() * edges.length)];
		if (!edge) throw new Error("there is no edge");
		return edge;
	}

	async #natsLeader() {
		const [servers = "", stream = ""] = this.#address.slice(7).split("/");
		const port = await openNatsStream({
			...{ servers: servers.split(","), stream, replicas: 3 },
			...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
		});
		const leader = await port.leader();
		await port.close();
		return this.servers.named(leader);
	}

	async #killNode(node: Running): Promise<void> {
		node.plume.kill("SIGKILL");
		await node.plume.ended;
		await pause(1000);
		node.plume = await Plume.start(node.environment);
		this.#started.push(node.plume);
	}

	/** Until everyone was told that nothing can be said now; answers after how long, in milliseconds. */
	async toldAll(): Promise<number> {
		const before = this.people.map(({ refusals }) => refusals.length);
		const start = Date.now();
		await this.until(() =>
			this.people.every(({ refusals }, nth) =>
				refusals.slice(before[nth]).includes("sequencerIsThere"),
			),
		);
		return Date.now() - start;
	}

	/** Every nats-server is paused for so long. */
	async pauseNats(ms: number): Promise<void> {
		for (const server of this.servers.all) server.pause();
		await pause(ms);
		for (const server of this.servers.all) server.resume();
	}

	/** Each node is stopped, as an operator would, and started as this version, the sequencer last. */
	async upgrade(): Promise<void> {
		const last = this.#sequencer();
		const edges = this.nodes.filter((node) => node !== last);
		for (const node of [...edges, last]) {
			await node.plume.stop();
			node.plume = await Plume.start(node.environment);
			this.#started.push(node.plume);
			await this.#heardAgain();
			await pause(3000);
		}
	}

	/** Resolves when everyone has heard some lines more. */
	#heardAgain(): Promise<void> {
		const reached = this.people.map(({ offset }) => offset);
		return this.until(() =>
			this.people.every(
				({ isIn, offset }, nth) => isIn && offset > (reached[nth] ?? 0) + 5,
			),
		);
	}

	async #pauseNode({ plume }: Running): Promise<void> {
		plume.kill("SIGSTOP");
		await pause(PAUSE_MS);
		plume.kill("SIGCONT");
	}

	/** Causes a fault while some more log in, mends it, waits until all are heard again, and for so long. Answers how long nobody's line was acknowledged, in milliseconds. */
	async suffer(fault: Fault, talkMs: number, logins: number): Promise<number> {
		let longest = 0;
		let last = Date.now();
		let before = this.#acknowledged();
		const watch = setInterval(() => {
			const now = this.#acknowledged();
			if (now > before) {
				longest = Math.max(longest, Date.now() - last);
				last = Date.now();
			}
			before = now;
		}, 10);
		const coming = Array.from({ length: logins }, async () => {
			await pause(Math.random() * PAUSE_MS);
			this.#join(`guest${this.people.length}`);
		});
		await this.#cause(fault);
		await Promise.all(coming);
		await this.#heardAgain();
		await pause(talkMs);
		clearInterval(watch);
		return longest;
	}

	#acknowledged(): number {
		const said = this.lines.reduce((sum, { length }) => sum + length, 0);
		return said - this.people.reduce((sum, one) => sum + one.waiting, 0);
	}

	async #cause(fault: Fault): Promise<void> {
		const { all } = this.servers;
		switch (fault) {
			case "an edge is killed":
				return this.#killNode(this.#edge());
			case "an edge is paused":
				return this.#pauseNode(this.#edge());
			case "the sequencer is killed":
				return this.#killNode(this.#sequencer());
			case "the sequencer is paused":
				return this.#pauseNode(this.#sequencer());
			case "the NATS leader is killed": {
				const leader = await this.#natsLeader();
				await leader.kill();
				await pause(PAUSE_MS);
				return leader.start();
			}
			case "the NATS leader is paused": {
				const leader = await this.#natsLeader();
				leader.pause();
				await pause(PAUSE_MS);
				return leader.resume();
			}
			case "all NATS servers are killed":
				await Promise.all(all.map((server) => server.kill()));
				await pause(1000);
				await Promise.all(all.map((server) => server.start()));
				return this.servers.ready();
			case "all NATS servers are paused":
				return this.pauseNats(ALL_PAUSED_MS);
		}
	}

	/** Everyone saw the same lines, each once, in one order, and logged in once; the logs of all nodes agree. Answers how many lines. */
	async expectOneOrder(): Promise<number> {
		await this.quiet();
		const order = this.people[0]?.said ?? [];
		for (const [nth, person] of this.people.entries()) {
			expect([nth, person.counts.logins]).toEqual([nth, 1]);
			expect([nth, person.faults]).toEqual([nth, []]);
			expect(person.said).toEqual(order);
			const own = order.filter((text) => text.startsWith(`guest${nth} says`));
			expect(own).toEqual(this.lines[nth]);
		}
		const logs = await this.stop();
		expect(logs).toHaveLength(NODES);
		// Those that stopped earlier have less of it.
		const [longest = ""] = [...logs].sort((a, b) => b.length - a.length);
		for (const log of logs) expect(longest.startsWith(log)).toBe(true);
		return order.length;
	}

	/** Stops everything; answers the log of each node that verifies. */
	async stop(): Promise<readonly string[]> {
		clearInterval(this.#talking);
		for (const person of this.people) person.leave();
		for (const { plume } of this.nodes) await plume.stop();
		const logs: string[] = [];
		for (const { environment } of this.nodes) {
			const { PLUME_DATA = "" } = environment;
			const { code } = await run(["replay", PLUME_DATA, "--verify"]);
			const files = await filesIn(join(PLUME_DATA, "log"));
			if (code === 0) logs.push(files.map(([, text]) => text).join(""));
		}
		await this.servers.stop();
		return logs;
	}
}
