/**
 * A node whose log is a stream on NATS. Every node is an edge; one of them at
 * a time is the sequencer too. The claim to be it is an entry of the stream,
 * and the fence is the stream's own: an append right after a known seq. When
 * it becomes the sequencer, or is deposed, is told by `machines/node.ts`.
 */
import { createActor } from "xstate";
import { nodeMachine } from "../../machines/node.ts";
import type { Command } from "../engine/command.ts";
import type { Connection } from "../engine/connection.ts";
import type { Broadcast, Cluster } from "../engine/parts.ts";
import { asError } from "../log/cache.ts";
import { messageOf } from "../log/disk.ts";
import { Deposed } from "../log/group-commit.ts";
import { Channels } from "./channels.ts";
import { Edge } from "./edge.ts";
import type { Running } from "./edge-link.ts";
import { type Head, Heads } from "./heads.ts";
import type { NetworkCounts } from "./network-counts.ts";
import type { NodeParts } from "./node-parts.ts";
import { Outage } from "./outage.ts";
import { Sequencer } from "./sequencer.ts";
import {
	append,
	type NewMessage,
	readStream,
	type StreamMessage,
} from "./stream.ts";
import { StreamEraser } from "./stream-eraser.ts";
import { findAtStart } from "./stream-lines.ts";

const RETRY_MS = 50;
const NO_BYTES = new Uint8Array();
/** An append is tried for ever. */
const NEVER = new AbortController().signal;

export class Node implements Cluster {
	readonly node: string;
	readonly #parts: NodeParts;
	readonly #role = createActor(nodeMachine).start();
	readonly #edge: Edge;
	readonly #sequencer: Sequencer;
	readonly #channels: Channels;
	readonly #heads: Heads;
	readonly #eraser: StreamEraser;
	#running: Running | undefined;
	/** The last message of the stream that is in the log. */
	#last = 0;
	#reading = { stop: new AbortController(), done: Promise.resolve() };
	#objection: string | undefined;
	readonly #outage: Outage;
	#isEnding = false;

	constructor(parts: NodeParts) {
		this.#parts = parts;
		this.node = parts.about.node;
		const { about, bus, clock, report } = parts;
		this.#outage = new Outage(clock, () => this.#running?.engine);
		this.#sequencer = new Sequencer(parts);
		this.#channels = new Channels(bus.send, about.node, (socket) =>
			this.#sequencer.accept(socket),
		);
		const dial = () => {
			const { sequencer } = this.role;
			const isOther = sequencer !== "" && sequencer !== about.node;
			return isOther ? this.#channels.dial(sequencer) : undefined;
		};
		this.#edge = new Edge({ ...parts, hasLog: true, dial });
		this.#heads = new Heads({
			...{ ...parts, publish: bus.publish },
			own: () => ({
				...{ ...about, term: this.role.term },
				...{ isSequencer: this.leads, isStuck: this.#outage.isStuck },
				...{ time: parts.clock.now() },
			}),
			onHead: (head) => this.#onHead(head),
			onSilence: (...silence) => this.#onSilence(...silence),
			warn: (...words) => report.warn(...words),
		});
		this.#eraser = new StreamEraser(parts);
	}

	get leads(): boolean {
		return this.#role.getSnapshot().matches("sequencer");
	}

	get labels(): ReadonlyMap<string, string> {
		return (this.leads ? this.#sequencer : this.#edge).labels;
	}

	get admins() {
		return this.leads ? undefined : this.#edge.admins;
	}

	get described(): string {
		return (this.leads ? this.#sequencer : this.#edge).described;
	}

	get isBehind(): boolean {
		return this.#edge.isBehind;
	}

	get isFrozen(): boolean {
		return this.#edge.isFrozen;
	}

	get wrong(): string | undefined {
		return (this.leads ? undefined : this.#edge.wrong) ?? this.#outage.words;
	}

	get role() {
		const { value: state, context } = this.#role.getSnapshot();
		return { state, ...context };
	}

	/** Resolves once this node decides, or has what the sequencer had when it was reached. */
	async start(running: Running): Promise<void> {
		this.#running = running;
		const { seq, node, term } = await findAtStart(running.log, this.#parts);
		this.#last = seq;
		// Nothing more may be read before it claims.
		this.#role.send({ type: "claimed", node, term, isOurs: false });
		this.#read();
		const current = this.#edge.start(running);
		this.#heads.start();
		const leading = new Promise<void>((resolve) => {
			this.#role.subscribe((snapshot) => {
				if (snapshot.matches("sequencer")) resolve();
			});
		});
		await Promise.race([current, leading]);
	}

	/** Call it after the log was closed if this node decides: it hands its office over. */
	async close(): Promise<void> {
		const { port, bus } = this.#parts;
		this.#isEnding = true;
		this.#heads.stop();
		this.#reading.stop.abort();
		this.#edge.close();
		if (this.leads)
			await port.publish(this.#entry("handover"), this.#last).catch(() => {});
		this.#sequencer.close();
		this.#channels.closeAll();
		await bus.close();
		await port.close();
	}

	/** Call with each message of the bus. */
	onMessage(bytes: Uint8Array, to: "node" | "all"): void {
		if (to === "node") this.#channels.hear(bytes);
		else this.#heads.hear(bytes);
	}

	/** Stores a batch of the sequencer's log. Rejects with `Deposed` if another node stored something there. */
	async replicate(bytes: Uint8Array): Promise<void> {
		const stored = this.#append({ ...this.#entry("batch"), bytes }, this.#last);
		if ((await this.#outage.storing(stored)) === "deposed")
			throw new Deposed("another node decides now");
		this.#last++;
	}

	onDeposed(): void {
		if (!this.leads) return;
		this.#parts.report.warn({}, "another node decides now");
		this.#role.send({ type: "deposed" });
		this.#sequencer.close();
		this.#edge.undecided.lose();
		this.#read();
	}

	/** Deletes what these events said from the stream, for good; or remembers to, should this node decide soon. */
	erase(seqs: readonly number[], time: number): Promise<void> {
		const { term } = this.role;
		return this.#eraser.erase(seqs, time, term, () => this.leads);
	}

	countNetworks = (own: NetworkCounts) =>
		(this.leads ? this.#sequencer : this.#edge).countNetworks(own);
	hasNode = (node: string) => this.#sequencer.hasNode(node);
	isForeign = (type: string) =>
		this.#sequencer.isForeign(type) || this.#heads.isForeign(type);

	deciding(connection: Connection, command: Command): () => void {
		if (connection.node) return () => {};
		const { undecided } = this.#edge;
		const number = undecided.add(connection, command);
		return () => undecided.settle(number);
	}

	forward: Cluster["forward"] = (...it) => this.#edge.forward(...it);
	disconnect: Cluster["disconnect"] = (...it) => this.#edge.disconnect(...it);
	ask: Cluster["ask"] = (...it) => this.#edge.ask(...it);

	signal(broadcast: Broadcast): void {
		(this.leads ? this.#sequencer : this.#edge).signal(broadcast);
	}

	#entry(kind: NewMessage["kind"]): NewMessage {
		const { term } = this.role;
		return { kind, term, node: this.node, bytes: NO_BYTES };
	}

	#append(message: NewMessage, after: number) {
		const parts = { ...this.#parts, signal: NEVER };
		return append(parts.port, message, after, parts);
	}

	/** The sequencer's own heads tell it that NATS is there. */
	#onHead({ isSequencer, isStuck, term }: Head): void {
		const { term: latest } = this.role;
		if (isSequencer && term >= latest) this.#heads.heard();
		if (isSequencer && !this.leads) this.#outage.update(isStuck);
		if (this.leads && term > latest) this.#running?.log.depose();
	}

	#onSilence(isSilent: boolean, isLong: boolean): void {
		const { objection } = this.#heads;
		if (objection && objection !== this.#objection)
			this.#parts.report.warn({}, `this node should not decide: ${objection}`);
		this.#objection = objection;
		if (this.leads) this.#outage.update(isSilent || this.#outage.isStuck);
		const isEdge = this.#role.getSnapshot().matches("edge");
		if (isLong && isEdge && objection === undefined)
			this.#claim().catch((error) => this.#parts.onFatal(asError(error)));
	}

	/** Reads the stream into the log, until this node claims. */
	#read(): void {
		const stop = new AbortController();
		const done = this.#readOn(stop.signal).catch((error: unknown) => {
			if (!this.#isEnding) this.#parts.onFatal(asError(error));
		});
		this.#reading = { stop, done };
	}

	async #readOn(signal: AbortSignal): Promise<void> {
		const { clock, port } = this.#parts;
		const all = readStream(port, this.#last, { clock, signal });
		for await (const message of all) await this.#take(message);
	}

	async #take({ seq, kind, term, node, bytes }: StreamMessage): Promise<void> {
		const { term: latest, sequencer } = this.role;
		if (term < Math.max(1, latest))
			throw new Error(
				`Message ${seq} of the stream is of an older term, or not Plume's: nothing else may write to it.`,
			);
		if (bytes.length > 0) await this.#running?.log.mirror(Buffer.from(bytes));
		this.#last = seq;
		if (kind === "handover") this.#heads.forget();
		else this.#heads.heard();
		if (node === sequencer && term === latest) return;
		this.#role.send({ type: "claimed", node, term, isOurs: false });
		this.#edge.redial();
	}

	/** Tries to become the sequencer. */
	async #claim(): Promise<void> {
		this.#role.send({ type: "silence" });
		this.#heads.heard();
		const outcome = await this.#tryClaim().catch((error: unknown) => {
			const why = { error: messageOf(error) };
			this.#parts.report.warn(why, "NATS can't be reached");
		});
		if (outcome) this.#lead(outcome);
		if (this.leads || this.#isEnding) return;
		this.#role.send({ type: "standDown" });
		if (this.#reading.stop.signal.aborted) this.#read();
	}

	/** The seq and term of our claim; undefined if another was faster. */
	async #tryClaim() {
		const { port, clock } = this.#parts;
		const end = await port.last();
		const isCandidate = () => this.#role.getSnapshot().matches("candidate");
		while (this.#last < end && isCandidate())
			await new Promise<void>((done) => clock.after(RETRY_MS, done));
		if (!isCandidate()) return undefined;
		this.#reading.stop.abort();
		await this.#reading.done;
		if (this.#last !== end || !isCandidate()) return undefined;
		const term = this.role.term + 1;
		const outcome = await this.#append({ ...this.#entry("claim"), term }, end);
		return outcome === "stored" ? { seq: end + 1, term } : undefined;
	}

	#lead({ seq, term }: { readonly seq: number; readonly term: number }): void {
		const running = this.#running;
		if (!running || this.#isEnding) return;
		this.#last = seq;
		this.#role.send({ type: "claimed", node: this.node, term, isOurs: true });
		this.#parts.report.info({ term }, "this node decides now");
		this.#sequencer.start(running);
		running.engine.lead();
		this.#heads.heard();
		this.#heads.tell();
		this.#edge.takeWaiting((connection, command) =>
			running.engine.receive(connection, command),
		);
		const { time } = running.states.committed;
		this.#eraser.redo(time, term, () => this.leads);
	}
}
