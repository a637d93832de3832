/**
 * An edge: a node that serves people, and leaves every decision to the
 * sequencer. It mirrors the log and folds it, so what people see of an event
 * follows here as it does there; commands go to the sequencer, and answers
 * come back with the event that they rest on.
 * While it can't be reached, people stay connected and are told so.
 */
import type { Identity } from "../../machines/events.ts";
import type { Command } from "../engine/command.ts";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import type { Cluster } from "../engine/parts.ts";
import { WrongCopy } from "../log/evidence.ts";
import type { Log } from "../log/log.ts";
import { Asking } from "./asking.ts";
import { learnAway, ownAway } from "./away.ts";
import { eachBeat, retryMs, SILENT_MS } from "./beats.ts";
import { Carried } from "./carried.ts";
import type { Running } from "./edge-link.ts";
import { type EdgeParts, helloOf, type ToSequencer } from "./edge-parts.ts";
import { Link } from "./link.ts";
import type {
	AboutConnection,
	FromSequencer,
	SequencerMessage,
} from "./messages.ts";
import { countsOf, ifChanged, type NetworkCounts } from "./network-counts.ts";
import { tellConnection } from "./tell-connection.ts";
import { Undecided } from "./undecided.ts";
import { Unstored } from "./unstored.ts";

export class Edge implements Cluster {
	readonly leads = false;
	readonly node: string;
	labels: ReadonlyMap<string, string>;
	admins: ReadonlySet<Identity> | undefined;
	readonly #parts: EdgeParts;
	#engine: Engine | undefined;
	#log: Log | undefined;
	#link: ToSequencer | undefined;
	#isWelcome = false;
	isFrozen = false;
	#heardAt = 0;
	#isLate = false;
	#isIdle = false;
	#tries = 0;
	#closing = false;
	#cancel = () => {};
	#stopBeating = () => {};
	readonly #unstored = new Unstored();
	#sequencer = "";
	#onCurrent = () => {};
	/** While this node starts, a refusal only rejects the start. */
	#onRefused: (why: Error) => void = () => {};
	readonly #carried = new Carried();
	readonly undecided = new Undecided((connection, command) =>
		this.#engine?.refuseForNow(connection, command, true),
	);
	readonly #asking = new Asking();
	#elsewhere = countsOf([]);
	#tellNetworks = ifChanged<NetworkCounts[number]>(() => {});

	constructor(parts: EdgeParts) {
		this.#parts = parts;
		this.node = parts.about.node;
		this.labels = new Map([[this.node, parts.about.label]]);
	}

	get described(): string {
		return `an edge; ${this.wrong ?? "the sequencer is there"}`;
	}

	get isBehind(): boolean {
		return this.undecided.isFull;
	}

	get wrong(): string | undefined {
		return this.#isWelcome ? undefined : "the sequencer can't be reached";
	}

	/** Resolves once this node has what the sequencer had when it was reached. Rejects with `WrongCopy` if this is no mirror of its log. */
	start({ engine, log }: Pick<Running, "engine" | "log">): Promise<void> {
		[this.#engine, this.#log] = [engine, log];
		this.#stopBeating = eachBeat(this.#parts.clock, () => this.#beat());
		return new Promise((isCurrent, isRefused) => {
			this.#onCurrent = () => {
				this.#onRefused = this.#parts.onFatal;
				isCurrent();
			};
			this.#onRefused = isRefused;
			this.#dial();
		});
	}

	/** The log then takes what it has begun with, and nothing more once it is closed, too. */
	close(): void {
		this.#closing = true;
		this.#stopBeating();
		this.#cancel();
		const link = this.#link;
		// What it still says comes too late for the log.
		this.#link = undefined;
		link?.end({ kind: "leaving" });
	}

	get role() {
		return { state: "edge", term: 0, sequencer: this.#sequencer } as const;
	}

	hasNode = (node: string): boolean => node === this.#sequencer;
	forward(connection: Connection, command: Command) {
		const link = this.#isWelcome ? this.#link : undefined;
		if (!link && !this.undecided.mayWait(command))
			return this.#engine?.refuseForNow(connection, command, false);
		const number = this.undecided.add(connection, command);
		if (link) this.#send(link, connection, command, number);
	}

	#send(
		link: ToSequencer,
		connection: Connection,
		command: Command,
		number: number,
	): void {
		const at = this.#carried.numberOf(connection, link);
		link.send({ kind: "command", connection: at, number, command });
	}

	disconnect(...[connection, why]: Parameters<Cluster["disconnect"]>): void {
		const number = this.#carried.delete(connection);
		if (number !== undefined && this.#isWelcome)
			this.#link?.send({ kind: "closed", connection: number, why });
	}

	signal(...[signal]: Parameters<Cluster["signal"]>): void {
		if (this.#isWelcome) this.#link?.send({ kind: "signal", signal });
	}

	countNetworks(own: NetworkCounts): ReadonlyMap<string, number> {
		if (this.#isWelcome) this.#tellNetworks(own);
		return this.#elsewhere;
	}

	/** What the sequencer answers an operator, or an admin. Rejects with `OperatorError`. */
	ask(...[command, args, by]: Parameters<Cluster["ask"]>) {
		const link = this.#isWelcome ? this.#link : undefined;
		return this.#asking.ask(
			link && ((id) => link.send({ kind: "ask", id, command, args, by })),
		);
	}

	#beat(): void {
		if (!this.#isWelcome) return;
		if (this.#parts.clock.now() - this.#heardAt > SILENT_MS)
			this.#link?.close();
		else this.#link?.send({ kind: "beat" });
	}

	/** Another sequencer is there, or this one is to begin anew. */
	redial(why?: Error): void {
		[this.#tries, this.#isIdle] = [0, false];
		this.#lost(why);
	}

	/** This node decides what waits here. */
	takeWaiting(receive: (connection: Connection, command: Command) => void) {
		[this.#isIdle, this.#isLate, this.admins] = [true, false, undefined];
		this.#onCurrent();
		this.#lost(undefined);
		this.undecided.sendAgain(receive, true);
	}

	#dial() {
		this.#cancel();
		if (this.#link || this.#closing || this.#isIdle) return;
		const socket = this.#log?.frozen ? undefined : this.#parts.dial();
		if (!socket) return this.#lost(undefined);
		const link: ToSequencer = new Link(socket, this.#parts.seal, {
			onMessage: (message: FromSequencer, bytes) => {
				if (link !== this.#link) return;
				if (this.#unstored.isTooMuch(this.#log, bytes))
					this.redial(new Error("the disk takes no writes"));
				else this.#hear(message, bytes, link);
			},
			onClose: (error) => {
				if (link === this.#link) this.#lost(error);
			},
		});
		this.#link = link;
		link.send(helloOf(this.#parts, this.#log));
		// The other end may never have heard it.
		this.#parts.clock.after(SILENT_MS, () => {
			if (link === this.#link && !this.#isWelcome) link.close();
		});
	}

	#lost(error: Error | undefined): void {
		const [link, { clock, report }] = [this.#link, this.#parts];
		// Nothing that it still says counts: another may decide something else.
		this.#link = undefined;
		link?.close();
		if (this.#closing) return;
		const wasWelcome = this.#isWelcome;
		if (wasWelcome && !this.#isIdle)
			report.warn({ error: error?.message }, "the sequencer is gone");
		[this.#isWelcome, this.isFrozen] = [false, false];
		this.#elsewhere = countsOf([]);
		this.#engine?.endUnadmitted();
		this.undecided.lose();
		this.#asking.lose();
		// Silence is noticed late.
		const lateMs = SILENT_MS - Math.min(clock.now() - this.#heardAt, 1000);
		if (wasWelcome || this.#tries === 0)
			clock.after(lateMs, () => {
				if (this.#isWelcome || this.#closing) return;
				if (this.#isIdle || this.#isLate) return;
				this.#isLate = true;
				this.#engine?.tellAll();
			});
		const waitMs = retryMs(this.#tries++);
		// The mirror must have what came.
		void this.#unstored.stored.then(() => {
			this.#cancel();
			this.#cancel = clock.after(waitMs, () => this.#dial());
		});
	}

	#hear(message: FromSequencer, bytes: Buffer, link: ToSequencer): void {
		const [engine, { onFatal, clock }] = [this.#engine, this.#parts];
		this.#heardAt = clock.now();
		switch (message.kind) {
			case "welcome":
				this.#welcome(message);
				break;
			case "unwelcome":
				this.#closing = true;
				this.#onRefused(new WrongCopy(message.why));
				break;
			case "lines":
				this.#unstored.store(bytes, this.#log, link, (error) => {
					if (!this.#closing) onFatal(error);
				});
				break;
			case "done":
				this.undecided.settle(message.number);
				break;
			case "signal":
				engine?.pipeline.after(message.at, () => engine.apply(message.signal));
				break;
			case "away":
				engine?.pipeline.after(message.at, () =>
					learnAway(engine, this.#carried.clients, message.away),
				);
				break;
			case "networks":
				this.#elsewhere = countsOf(message.counts);
				break;
			case "answer":
				this.#asking.answer(message);
				break;
			case "admins":
				this.admins = new Set(message.admins);
				break;
			case "nodes":
				this.labels = new Map(message.labels);
				break;
			case "beat":
				this.isFrozen = message.isFrozen === true;
				break;
			default:
				this.#hearAbout(message);
		}
	}

	#hearAbout(message: AboutConnection): void {
		const connection = this.#carried.get(message.connection);
		const link = this.#link;
		if (!connection || connection.gone || !this.#engine) return;
		// Another sequencer may have decided something else there.
		const isOver = () => connection.gone || link !== this.#link;
		tellConnection(message, connection, this.#engine, isOver);
	}

	#welcome({ node, committed, away }: SequencerMessage<"welcome">): void {
		const [engine, link, was] = [this.#engine, this.#link, this.#sequencer];
		[this.#sequencer, this.#isWelcome] = [node, true];
		if (!engine || !link) return;
		this.#tellNetworks = ifChanged((counts) =>
			link.send({ kind: "networks", counts }),
		);
		this.#carried.introduceAll(link, engine.connections);
		const [{ liveUpdates }, { clients }] = [engine.services, this.#carried];
		for (const signal of ownAway(clients, liveUpdates.away, away))
			link.send({ kind: "signal", signal });
		this.undecided.sendAgain((...undecided) => this.#send(link, ...undecided));
		engine.pipeline.after(committed, () => {
			// A new sequencer has yet to hear who is away on other nodes.
			const there = node === was ? away : [...liveUpdates.away, ...away];
			learnAway(engine, this.#carried.clients, there);
			if (this.#isLate) this.#parts.report.info({}, "the sequencer is there");
			[this.#isLate, this.#tries] = [false, 0];
			engine.onThawed();
			this.#onCurrent();
		});
	}
}
