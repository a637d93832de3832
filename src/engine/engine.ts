/**
 * The engine turns commands into events, and events into what clients see.
 *
 *   command → decide → log.append → (ordered) machines evolve
 *                                 → (committed) rooms → mailboxes
 *
 * It knows no sockets, no HTTP and no mail service: any transport can call
 * `connect` and `receive`.
 */
import type {
	ClientLeft,
	Overwriting,
	PlumeEvent,
} from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Command } from "./command.ts";
import { logRestored } from "./commands/rooms.ts";
import { allLost, nodesOf, othersLost } from "./commands/sessions.ts";
import { type Connection, clientOf, type Transport } from "./connection.ts";
import { applyEffects } from "./effects.ts";
import { Executor, type Misunderstood } from "./executor.ts";
import type { Step } from "./fold.ts";
import {
	type Broadcast,
	type EngineParts,
	leads,
	type RunningParts,
	viewOf,
} from "./parts.ts";
import { Pipeline, type PipelineHooks } from "./pipeline.ts";
import { makeServices, type Services } from "./services.ts";
import { Snapshotter } from "./snapshotter.ts";

/** How long a node may be silent before its clients count as lost. */
export const NODE_LOST_MS = 5000;

export class Engine implements PipelineHooks {
	readonly pipeline: Pipeline;
	readonly services: Services;
	readonly #parts: RunningParts;
	readonly #executor: Executor;
	readonly #connections = new Set<Connection>();
	/** This node has begun the new epochs that a backup needs. */
	#isRestored = false;

	constructor(parts: EngineParts) {
		const snapshotter = new Snapshotter(parts, (checkpoint) =>
			pipeline.whenWritable(() => {
				const event = { ...checkpoint, time: parts.clock.now() };
				pipeline.append([{ event }]);
			}),
		);
		const pipeline = new Pipeline({ ...parts, snapshotter, hooks: this });
		this.pipeline = pipeline;
		this.#parts = { ...parts, pipeline };
		this.services = makeServices(this.#parts);
		this.#executor = new Executor(this.#parts, this.services);
		pipeline.guarded(() => this.#start());
	}

	/** Opens a connection from an address in these networks, the narrowest first. */
	connect(
		networks: readonly string[],
		transport: Transport,
		node?: string,
	): Connection {
		const mailbox = this.#parts.server.mailbox(transport.onMessage);
		const connection = { transport, mailbox, networks, node, gone: false };
		this.#connections.add(connection);
		return connection;
	}

	receive(connection: Connection, command: Command): void {
		this.#executor.receive(connection, command);
	}

	/** Refuses a frame that is no command. */
	misunderstand(connection: Connection, frame: Misunderstood): void {
		this.#executor.misunderstand(connection, frame);
	}

	phase(connection: Connection): "stranger" | "awaitingCode" | "inRoom" {
		const client = clientOf(this.#parts.states.ordered, connection);
		if (client?.matches("inRoom")) return "inRoom";
		return client ? "awaitingCode" : "stranger";
	}

	/** Call when a transport is closed. May be called again, and after the engine ended the connection. */
	disconnect(connection: Connection, why: ClientLeft["why"]): void {
		const { gone } = connection;
		connection.gone = true;
		const { attachments, liveUpdates, ownRooms } = this.services;
		liveUpdates.forget(connection);
		ownRooms.forget(connection);
		if (!this.#connections.delete(connection)) return;
		this.#parts.cluster?.disconnect(connection, why);
		if (gone) return;
		this.pipeline.whenWritable(() => attachments.lose(connection, why));
	}

	/** The sequencer can't be reached. `isSent`: it may have carried the command out. */
	refuseForNow(connection: Connection, command: Command, isSent: boolean) {
		const rule = isSent ? "sequencerIsThere" : this.#unmet;
		this.#executor.refuseForNow(connection, command, rule, isSent);
	}

	/** What was decided may not have happened: those who are not in yet come again. */
	endUnadmitted(): void {
		const { attachments } = this.services;
		for (const connection of this.#connections)
			if (!attachments.isAdmitted(connection))
				connection.transport.onEnd("restart");
	}

	/** The node that carries a connection is gone. */
	drop(connection: Connection): void {
		connection.gone = true;
		this.#connections.delete(connection);
	}

	get connections(): Iterable<Connection> {
		return this.#connections;
	}

	/** How many clients are in a room, with a connection. */
	get attachedClients(): number {
		const all = [...this.#connections];
		return all.filter((one) => this.phase(one) === "inRoom").length;
	}

	/** Whether the log is so far behind that nothing more should be received for a while. */
	get isBehind(): boolean {
		const { pipeline, cluster } = this.#parts;
		return pipeline.isBehind || cluster?.isBehind === true;
	}

	/** Commits what was appended; nothing is accepted from here on. */
	async stop(): Promise<void> {
		const { pipeline, clock, report } = this.#parts;
		if (pipeline.stopping) return;
		const event = { type: "server.stopped", time: clock.now() } as const;
		if (!pipeline.frozen && leads(this.#parts)) pipeline.append([{ event }]);
		await pipeline.stop();
		this.services.responder.refusals.report(report);
	}

	onOrdered(event: PlumeEvent): void {
		this.services.deadlines.onOrdered(event);
	}

	/** Everyone in the room gets the item; what else follows from an event stands here. */
	onCommitted(step: Step, item: Item | undefined): void {
		const { type } = step.stored.event;
		this.#isRestored ||= type === "log.restored" && leads(this.#parts);
		this.#parts.onCommitted(step);
		applyEffects({ parts: this.#parts, services: this.services }, step, item);
		if (item) this.#parts.server.room(item.room).broadcast(item);
	}

	onDeposed(): void {
		this.#parts.cluster?.onDeposed?.();
		this.services.deadlines.stop();
		this.services.moderation.giveUp("act.deposed");
		this.services.erasures.onDeposed();
		this.services.pages.onDeposed();
		this.endUnadmitted();
	}

	onOverwriting(event: Overwriting): Promise<boolean> {
		return this.services.erasures.carryOut(event);
	}

	onFrozen(error: Error): void {
		this.#parts.report.warn(
			{ error: error.message },
			"the disk takes no more: frozen",
		);
		this.services.moderation.giveUp("act.waits");
		this.tellAll();
	}

	/** Tells everyone in a room that nothing can be said for now. */
	tellAll(): void {
		const { responder } = this.services;
		for (const connection of this.#connections)
			if (this.phase(connection) === "inRoom")
				responder.warn(connection, this.#unmet);
		this.#parts.server.dispatch();
	}

	/** While nothing can be said: an edge with a full disk does not reach the sequencer either. */
	get #unmet(): "diskHasSpace" | "sequencerIsThere" {
		return this.#parts.log.frozen ? "diskHasSpace" : "sequencerIsThere";
	}

	/** Everyone in a room learns that what they say can be stored again: what they said last is acknowledged once more. */
	onThawed(): void {
		const { pipeline, states } = this.#parts;
		for (const connection of this.#connections)
			pipeline.tell(connection, () => {
				const client = clientOf(states.committed, connection);
				if (!client?.matches("inRoom")) return;
				const { id, room } = client.context;
				const last = states.committed.room(room)?.context.last.get(id, 0) ?? 0;
				connection.mailbox.put({ kind: "ack", room, last });
			});
	}

	#start(): void {
		const { clock, report, unfinished } = this.#parts;
		this.services.erasures.redo(unfinished);
		if (leads(this.#parts)) this.lead();
		this.services.responder.refusals.reportEachMinute(clock, report);
	}

	/** This node decides from now on. Every client has lost its connection, but for those that other nodes carry. */
	lead(): void {
		const { requestLimits, deadlines, retention } = this.services;
		const { version, log, cluster } = this.#parts;
		const view = viewOf(this.#parts);
		const { now: time, node } = view;
		const isBackup = this.#parts.restored && log.committed > 0;
		const from = log.committed;
		this.pipeline.append([
			...(isBackup && !this.#isRestored ? logRestored(view, from) : []),
			{ event: { type: "server.started", time, node, version } },
			...(cluster ? [] : allLost(view)),
		]);
		const own = [...this.#connections].filter((one) => !one.node);
		if (cluster) this.loseOthers(node, own);
		requestLimits.recount();
		retention.start();
		deadlines.start();
		if (cluster) this.#parts.clock.after(NODE_LOST_MS, () => this.loseNodes());
		this.onThawed();
	}

	/** The clients of nodes that are not there have lost their connections. Call when one was silent for `NODE_LOST_MS`. */
	loseNodes(): void {
		const { cluster, pipeline, states } = this.#parts;
		pipeline.whenWritable(() => {
			for (const node of nodesOf(states.ordered))
				if (!cluster?.hasNode(node))
					pipeline.append(allLost(viewOf(this.#parts), node));
		});
	}

	/** A connection of a node may have ended while nobody could be told. */
	loseOthers(node: string, connections: Iterable<Connection>): void {
		const carried = new Set(
			Array.from(connections, (one) => one.login?.client),
		);
		const { pipeline } = this.#parts;
		pipeline.whenWritable(() => {
			const view = viewOf(this.#parts, undefined, node);
			pipeline.append(othersLost(view, carried));
		});
	}

	/** Applies what another node tells beside the log. */
	apply(broadcast: Broadcast): void {
		if ("person" in broadcast) this.services.ownState.apply(broadcast);
		else this.services.liveUpdates.apply(broadcast);
	}
}
