/**
 * The engine: the one way that everything takes.
 *
 *   command → decide → log.append → (ordered) machines evolve
 *                                 → (committed) rooms → mailboxes
 *
 * It knows no sockets, no HTTP and no mail service: any transport can call
 * `connect` and `receive`.
 */
import type {
	ClientLeft,
	MessageErased,
	PlumeEvent,
} from "../../machines/events.ts";
import { type Item, MessageType } from "../../machines/message.ts";
import { SlidingWindows } from "../rate-limit.ts";
import { Attachments } from "./attachments.ts";
import type { Command } from "./command.ts";
import { logRestored } from "./commands/rooms.ts";
import { type Connection, clientOf, type Transport } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { Erasures } from "./erasures.ts";
import { Executor, type Misunderstood } from "./executor.ts";
import type { Step } from "./fold.ts";
import { LiveUpdates } from "./live-updates.ts";
import { Logins } from "./logins.ts";
import { Pages } from "./pages.ts";
import type { EngineParts } from "./parts.ts";
import { Pipeline, type PipelineHooks } from "./pipeline.ts";
import type { RefusalCounter } from "./refusal-counter.ts";
import { RequestLimits } from "./request-limits.ts";
import { Responder } from "./responder.ts";
import { Snapshotter } from "./snapshotter.ts";

export class Engine implements PipelineHooks {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #deadlines: Deadlines;
	readonly #logins: Logins;
	readonly #attachments: Attachments;
	readonly #liveUpdates: LiveUpdates;
	readonly #pages: Pages;
	readonly #erasures: Erasures;
	readonly #requestLimits: RequestLimits;
	readonly #responder: Responder;
	readonly #executor: Executor;
	readonly #connections = new Set<Connection>();

	constructor(parts: EngineParts) {
		const { log, states, server, clock, snapshots } = parts;
		this.#parts = parts;
		const snapshotter = new Snapshotter(log, states, snapshots, (checkpoint) =>
			this.#pipeline.whenWritable(() =>
				this.#pipeline.append({ event: { ...checkpoint, time: clock.now() } }),
			),
		);
		this.#pipeline = new Pipeline({
			...{ log, states, server, snapshotter },
			hooks: this,
		});
		this.#deadlines = new Deadlines(parts, this.#pipeline, () => {
			this.#pages.catchUp();
			this.#requestLimits.sweep(clock.now());
		});
		this.#logins = new Logins(this.#pipeline, parts);
		this.#responder = new Responder(parts, this.#pipeline, this.#logins);
		this.#pages = new Pages(parts, this.#pipeline, this.#responder);
		this.#attachments = new Attachments(
			this.#pipeline,
			parts,
			this.#pages,
			(room) => this.#liveUpdates.onJoined(room),
		);
		this.#liveUpdates = new LiveUpdates(this.#pipeline, parts);
		this.#requestLimits = new RequestLimits(parts);
		this.#erasures = new Erasures(parts, this.#pipeline, this.#responder);
		this.#executor = new Executor({
			...{ parts, pipeline: this.#pipeline, responder: this.#responder },
			services: {
				attachments: this.#attachments,
				deadlines: this.#deadlines,
				erasures: this.#erasures,
				guesses: new SlidingWindows(clock),
				liveUpdates: this.#liveUpdates,
				logins: this.#logins,
				pages: this.#pages,
				requestLimits: this.#requestLimits,
			},
		});
		this.#pipeline.guarded(() => this.#start());
	}

	/** Opens a connection from an address in these networks, the narrowest first. */
	connect(networks: readonly string[], transport: Transport): Connection {
		const mailbox = this.#parts.server.mailbox(transport.onMessage);
		const connection = { transport, mailbox, networks, gone: false };
		this.#connections.add(connection);
		return connection;
	}

	receive(connection: Connection, command: Command): void {
		this.#executor.receive(connection, command);
	}

	/** A frame came that is no command. */
	misunderstand(connection: Connection, frame: Misunderstood): void {
		this.#executor.misunderstand(connection, frame);
	}

	phase(connection: Connection): "stranger" | "awaitingCode" | "inRoom" {
		const client = clientOf(this.#parts.states.ordered, connection);
		if (client?.matches("inRoom")) return "inRoom";
		return client ? "awaitingCode" : "stranger";
	}

	/** A transport is closed. May be called again, and after the engine ended the connection. */
	disconnect(connection: Connection, why: ClientLeft["why"]): void {
		const { gone } = connection;
		connection.gone = true;
		this.#liveUpdates.forget(connection);
		if (!this.#connections.delete(connection) || gone) return;
		this.#pipeline.whenWritable(() => this.#attachments.lose(connection, why));
	}

	/** Counts every refusal, those of handshakes too. */
	get refusals(): RefusalCounter {
		return this.#responder.refusals;
	}

	/** Whether the log is so far behind that nothing more should be received for a while. */
	get isBehind(): boolean {
		return this.#pipeline.isBehind;
	}

	onceCommitted(release: (seq: number) => void): void {
		this.#pipeline.afterwards(release);
	}

	/** Commits what was appended; nothing is accepted from here on. */
	async stop(): Promise<void> {
		if (this.#pipeline.stopping) return;
		const time = this.#parts.clock.now();
		if (!this.#pipeline.frozen)
			this.#pipeline.append({ event: { type: "server.stopped", time } });
		await this.#pipeline.stop();
		this.refusals.report(this.#parts.report);
	}

	onOrdered(event: PlumeEvent): void {
		this.#deadlines.onOrdered(event);
	}

	onCommitted(step: Step, item: Item | undefined): void {
		const { event } = step.stored;
		this.#parts.onCommitted(step);
		if (item?.kind === "erased") this.#pages.onErased(item);
		this.#attachments.onDurable(event, item);
		this.#liveUpdates.onDurable(step, item);
	}

	onErased(event: MessageErased): Promise<boolean> {
		return this.#erasures.carryOut(event);
	}

	onFrozen(error: Error): void {
		const { report } = this.#parts;
		report.warn({ error: error.message }, "the disk takes no more: frozen");
		for (const connection of this.#connections)
			if (this.phase(connection) === "inRoom")
				this.#responder.refuse(connection, "diskHasSpace", MessageType.text);
	}

	onThawed(): void {
		this.#parts.report.info({}, "the disk takes writes again: going on");
	}

	onFatal(error: Error): void {
		this.#parts.onFatal(error);
	}

	/** That the server started is an event, and so is that whoever was inside has lost the connection. */
	#start(): void {
		const { states, clock, policy, version, secrets, log } = this.#parts;
		const state = states.ordered;
		const time = clock.now();
		const restored = this.#parts.restored && log.committed > 0;
		const from = log.committed;
		this.#pipeline.append(
			...(restored ? logRestored({ state, now: time, secrets }, from) : []),
			{ event: { type: "server.started", time, node: policy.node, version } },
			...this.#attachments.atStart(policy.node),
		);
		this.#erasures.redo(this.#parts.erased);
		this.#requestLimits.recount();
		this.#deadlines.start();
		this.refusals.reportEachMinute(clock, this.#parts.report);
	}
}
