/**
 * The engine: the one way through the house.
 *
 *   message → decide → log.append → (ordered) machines evolve
 *                                 → (committed) rooms → mailboxes
 *
 * It knows no sockets, no HTTP and no mail service: anything that can call
 * `connect` and `receive` can carry a Client.
 */
import type {
	ClientLeft,
	MessageErased,
	PlumeEvent,
} from "../../machines/events.ts";
import { type Item, MessageType } from "../../machines/message.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import { Admission } from "./admission.ts";
import { Attachments } from "./attachments.ts";
import type { Command } from "./command.ts";
import { decideAuth } from "./commands/auth.ts";
import type { Decision, View } from "./commands/decision.ts";
import { decideHello } from "./commands/hello.ts";
import { decideLogout } from "./commands/open.ts";
import { logRestored } from "./commands/rooms.ts";
import { decideText } from "./commands/text.ts";
import type { Connection, Transport } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { Erasures } from "./erasures.ts";
import type { Step } from "./fold.ts";
import { LiveUpdates } from "./live-updates.ts";
import { Logins } from "./logins.ts";
import { Pages } from "./pages.ts";
import type { EngineParts } from "./parts.ts";
import { Pipeline, type PipelineHooks } from "./pipeline.ts";
import { RefusalCounter } from "./refusal-counter.ts";
import { type RefusalDetails, type Rule, refusal } from "./refusals.ts";
import { RequestLimits } from "./request-limits.ts";
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
	readonly #admission: Admission;
	readonly #requests: RequestLimits;
	readonly #connections = new Set<Connection>();
	/** Whoever refuses someone something counts it here. */
	readonly refusals = new RefusalCounter();

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
			this.#attachments.sweep();
			this.#requests.sweep(clock.now());
		});
		const refuse: Engine["refuse"] = (...no) => this.refuse(...no);
		this.#logins = new Logins(this.#pipeline, parts);
		this.#pages = new Pages(parts, this.#pipeline, refuse);
		this.#attachments = new Attachments(
			this.#pipeline,
			parts,
			this.#pages,
			(room) => this.#liveUpdates.introduce(room),
		);
		this.#liveUpdates = new LiveUpdates(this.#pipeline, parts);
		this.#requests = new RequestLimits(parts, refuse);
		this.#erasures = new Erasures(parts, this.#pipeline, refuse);
		this.#admission = new Admission({
			parts,
			pipeline: this.#pipeline,
			logins: this.#logins,
			deadlines: this.#deadlines,
			attachments: this.#attachments,
			refuse,
			carryOut: (...outcome) => this.#carryOut(...outcome),
		});
		this.#pipeline.guarded(() => this.#start());
	}

	/** Opens a connection. Its `networks` are sorted, the narrowest first: mail is counted by that one. */
	connect(networks: readonly string[], transport: Transport): Connection {
		const mailbox = this.#parts.server.mailbox(transport.onMessage);
		const connection = { transport, mailbox, networks, gone: false };
		this.#connections.add(connection);
		return connection;
	}

	/** A message has come from a visitor. */
	receive(connection: Connection, command: Command): void {
		if (connection.gone || this.#pipeline.stopping) return;
		if (this.#requests.isHasty(connection, command.type, command)) return;
		if (command.type === MessageType.signal) this.#signal(connection, command);
		else if (this.#pipeline.frozen && command.type !== MessageType.history)
			this.#refuseFrozen(connection, command);
		else this.#pipeline.guarded(() => this.#obey(connection, command));
	}

	/** A frame has come that asks for nothing we know. It counts like any other. */
	misunderstand(from: Connection, re?: number, about: RefusalDetails = {}) {
		if (from.gone || this.#requests.isHasty(from, re, about)) return;
		this.refuse(from, "frameIsUnderstood", re, about);
	}

	/** How far a visitor has come. */
	phase(connection: Connection): "stranger" | "awaitingCode" | "inRoom" {
		const client = this.#snapshot(connection);
		if (client?.matches("inRoom")) return "inRoom";
		return client ? "awaitingCode" : "stranger";
	}

	/** Tells a visitor no, in words. */
	refuse(
		connection: Connection,
		code: Rule,
		re: number | undefined,
		details: RefusalDetails = {},
	): void {
		this.refusals.count(code);
		const login = connection.login && this.#logins.pending(connection.login);
		const inRoom = this.phase(connection) === "inRoom";
		const about = { ...details, inRoom, login, now: this.#parts.clock.now() };
		this.#tell(connection, refusal(code, re, about));
	}

	/** What was said is to be said again soon; whoever comes back, or wants in, is to come again. */
	#refuseFrozen(connection: Connection, command: Command): void {
		const { type, id } = command;
		if (type === MessageType.open && this.phase(connection) !== "inRoom")
			connection.transport.onEnd("restart");
		const n = "n" in command ? command.n : undefined;
		const details = { n, id, retryAfterMs: 1000 };
		this.refuse(connection, "diskHasSpace", type, details);
	}

	/** The carrier is gone. May be called again, and of a visit that was ended from here: a Client leaves once. */
	disconnect(connection: Connection, why: ClientLeft["why"]): void {
		const { gone } = connection;
		connection.gone = true;
		this.#liveUpdates.forget(connection);
		if (!this.#connections.delete(connection) || gone) return;
		this.#pipeline.whenWritable(() => this.#attachments.lose(connection, why));
	}

	/** Whether it is better not to receive anything for a while. */
	get isBehind(): boolean {
		return this.#pipeline.isBehind;
	}

	onceCommitted(release: (seq: number) => void): void {
		this.#pipeline.afterwards(release);
	}

	/** Commits what it has; nothing is accepted from here on. */
	async stop(): Promise<void> {
		if (this.#pipeline.stopping) return;
		const time = this.#parts.clock.now();
		if (!this.#pipeline.frozen)
			this.#pipeline.append({ event: { type: "server.stopped", time } });
		await this.#pipeline.stop();
		this.refusals.tell(this.#parts.report);
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
				this.refuse(connection, "diskHasSpace", MessageType.text);
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
		this.#requests.recount();
		this.#deadlines.start();
		this.refusals.tellEachMinute(clock, this.#parts.report);
	}

	#obey(connection: Connection, command: Command): void {
		const { policy, secrets, states, clock } = this.#parts;
		const { login } = connection;
		if (login) this.#deadlines.expireIfDue(login.client);
		const state = states.ordered;
		const client = this.#snapshot(connection);
		const now = clock.now();
		const { limits, allow, node } = policy;
		// Spelt out: a spread takes longer than the decision.
		const view: View = { limits, allow, node, state, client, now, secrets };
		switch (command.type) {
			case MessageType.hello:
				this.#admission.greet(connection, command, decideHello(view, command));
				break;
			case MessageType.auth:
				this.#carryOut(connection, command, decideAuth(view, command));
				break;
			case MessageType.text: {
				if (this.#erasures.isSilent(client)) {
					this.refuse(connection, "isNotErasing", command.type, command);
					break;
				}
				const said = decideText(view, command);
				const decision = this.#requests.countText(view, command.text, said);
				this.#carryOut(connection, command, decision);
				const [last, room] = [decision.taken, client?.context.room ?? ""];
				if (last !== undefined)
					this.#tell(connection, { kind: "ack", room, last });
				break;
			}
			case MessageType.open:
				this.#admission.open(connection, view, command);
				break;
			case MessageType.history: {
				const isInside = client?.matches("inRoom") === true;
				this.#pages.ask(connection, isInside, command);
				break;
			}
			case MessageType.erase:
				this.#erasures.ask(connection, client, command);
				break;
			case MessageType.logout:
				if (!client?.matches("inRoom"))
					this.refuse(connection, "isInside", command.type, command);
				this.#pipeline.append(...decideLogout(view, command.all));
		}
	}

	#tell(connection: Connection, message: ServerMessage): void {
		this.#pipeline.tell(connection, () => connection.mailbox.put(message));
	}

	#signal(connection: Connection, command: Command<"signal">): void {
		const isHeard = this.#liveUpdates.take(connection, command);
		if (!isHeard && command.id !== undefined)
			this.refuse(connection, "isInside", command.type, command);
	}

	#carryOut(
		connection: Connection,
		command: Command,
		{ entries, refused, retryAfterMs, expected, session }: Decision,
	): void {
		const { type, id } = command;
		const n = "n" in command ? command.n : undefined;
		if (session && connection.login)
			connection.login = { ...connection.login, session, request: id };
		this.#pipeline.append(...entries);
		if (refused)
			this.refuse(connection, refused, type, { id, n, expected, retryAfterMs });
	}

	#snapshot({ login }: Connection) {
		return login && this.#parts.states.ordered.client(login.client);
	}
}
