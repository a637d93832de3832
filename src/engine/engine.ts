/**
 * The engine: the one way through the house.
 *
 *   message → decide → log.append → (ordered) machines evolve
 *                                 → (committed) rooms → mailboxes
 *
 * It knows no sockets, no HTTP and no mail service: anything that can call
 * `connect` and `receive` can carry a Client.
 */
import type { ClientLeft, MessageErased } from "../../machines/events.ts";
import { type Item, MessageType } from "../../machines/message.ts";
import type { Notice } from "../chat/notice.ts";
import { Admission } from "./admission.ts";
import type { Command } from "./command.ts";
import { decideAuth } from "./decide/auth.ts";
import type { Decision, View } from "./decide/decision.ts";
import { decideHello } from "./decide/hello.ts";
import { decideLogout, sessionsDue } from "./decide/open.ts";
import { logRestored, roomsForgotten } from "./decide/rooms.ts";
import { decideText } from "./decide/text.ts";
import { Erasures } from "./erasures.ts";
import type { Step } from "./fold.ts";
import { Logins } from "./logins.ts";
import { Pages } from "./pages.ts";
import type { EngineParts } from "./parts.ts";
import { Pipeline, type PipelineHooks } from "./pipeline.ts";
import { Presence } from "./presence.ts";
import { type RefusalDetails, type Rule, refusal } from "./refusals.ts";
import { RequestLimits } from "./request-limits.ts";
import { Signals } from "./signals.ts";
import { Snapshotter } from "./snapshotter.ts";
import { Tally } from "./tally.ts";
import type { Carrier, Visit } from "./visit.ts";

const SWEEP_MS = 3_600_000;

export class Engine implements PipelineHooks {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #logins: Logins;
	readonly #presence: Presence;
	readonly #signals: Signals;
	readonly #pages: Pages;
	readonly #erasures: Erasures;
	readonly #admission: Admission;
	readonly #requests: RequestLimits;
	readonly #visits = new Set<Visit>();
	/** Whoever refuses someone something counts it here. */
	readonly refusals = new Tally();

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
		const refuse: Engine["refuse"] = (...no) => this.refuse(...no);
		this.#logins = new Logins(this.#pipeline, parts);
		this.#pages = new Pages(parts, this.#pipeline, refuse);
		this.#presence = new Presence(this.#pipeline, parts, this.#pages, (room) =>
			this.#signals.introduce(room),
		);
		this.#signals = new Signals(this.#pipeline, parts);
		this.#requests = new RequestLimits(parts, refuse);
		this.#erasures = new Erasures(parts, this.#pipeline, refuse);
		this.#admission = new Admission({
			parts,
			pipeline: this.#pipeline,
			logins: this.#logins,
			presence: this.#presence,
			refuse,
			carryOut: (...outcome) => this.#carryOut(...outcome),
		});
		this.#pipeline.guarded(() => this.#start());
	}

	/** Someone is there. The narrowest of their `networks`, by which mail is counted, comes first. */
	connect(networks: readonly string[], carrier: Carrier): Visit {
		const mailbox = this.#parts.server.mailbox(carrier.onMessage);
		const visit: Visit = { carrier, mailbox, networks, gone: false };
		this.#visits.add(visit);
		return visit;
	}

	/** A message has come from a visitor. */
	receive(visit: Visit, command: Command): void {
		if (visit.gone || this.#pipeline.stopping) return;
		if (this.#requests.isHasty(visit, command.type, command)) return;
		if (command.type === MessageType.signal) this.#signal(visit, command);
		else if (this.#pipeline.frozen && command.type !== MessageType.history)
			this.#refuseFrozen(visit, command);
		else this.#pipeline.guarded(() => this.#obey(visit, command));
	}

	/** A frame has come that asks for nothing we know. It counts like any other. */
	misunderstand(visit: Visit, re?: number, about: RefusalDetails = {}): void {
		if (visit.gone || this.#requests.isHasty(visit, re, about)) return;
		this.refuse(visit, "frameIsUnderstood", re, about);
	}

	/** How far a visitor has come. */
	standing(visit: Visit): "stranger" | "awaitingCode" | "inRoom" {
		const client = this.#snapshot(visit);
		if (client?.matches("inRoom")) return "inRoom";
		return client ? "awaitingCode" : "stranger";
	}

	/** Tells a visitor no, in words. */
	refuse(
		visit: Visit,
		code: Rule,
		re: number | undefined,
		details: RefusalDetails = {},
	): void {
		this.refusals.count(code);
		const login = visit.login && this.#logins.pending(visit.login);
		const inRoom = this.standing(visit) === "inRoom";
		const about = { ...details, inRoom, login, now: this.#parts.clock.now() };
		this.#tell(visit, refusal(code, re, about));
	}

	/** What was said is to be said again soon; whoever comes back, or wants in, is to come again. */
	#refuseFrozen(visit: Visit, command: Command): void {
		const { type, id } = command;
		if (type === MessageType.open && this.standing(visit) !== "inRoom")
			visit.carrier.onEnd("restart");
		const n = "n" in command ? command.n : undefined;
		this.refuse(visit, "diskHasSpace", type, { n, id, retryAfterMs: 1000 });
	}

	/** The carrier is gone. May be called again, and of a visit that was ended from here: a Client leaves once. */
	disconnect(visit: Visit, why: ClientLeft["why"]): void {
		const { gone } = visit;
		visit.gone = true;
		this.#signals.forget(visit);
		if (!this.#visits.delete(visit) || gone) return;
		this.#pipeline.whenWritable(() => this.#presence.lose(visit, why));
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

	onCommitted(step: Step, item: Item | undefined): void {
		const { event } = step.stored;
		this.#parts.onCommitted(step);
		if (item?.kind === "erased") this.#pages.onErased(item);
		this.#presence.onDurable(event, item);
		this.#signals.onDurable(event, item);
	}

	onErased(event: MessageErased): Promise<boolean> {
		return this.#erasures.carryOut(event);
	}

	onFrozen(error: Error): void {
		const { report } = this.#parts;
		report.warn({ error: error.message }, "the disk takes no more: frozen");
		for (const visit of this.#visits)
			if (this.standing(visit) === "inRoom")
				this.refuse(visit, "diskHasSpace", MessageType.text);
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
		this.#logins.resume(state.clientIds);
		this.#pipeline.append(
			...(restored ? logRestored({ state, now: time, secrets }, from) : []),
			{ event: { type: "server.started", time, node: policy.node, version } },
			...this.#presence.atStart(policy.node),
		);
		this.#erasures.redo(this.#parts.erased);
		this.#requests.recount();
		this.#sweep();
		this.refusals.tellEachMinute(clock, this.#parts.report);
	}

	/** Now and then, sessions in use are renewed, those that have expired are closed, which nobody can use meanwhile, and rooms forgotten. */
	#sweep(): void {
		const { states, clock, policy } = this.#parts;
		const now = clock.now();
		const view = () => ({ ...policy, state: states.ordered, now });
		this.#pipeline.append(...sessionsDue(view()));
		this.#pipeline.append(...roomsForgotten(view()));
		this.#presence.sweep();
		this.#requests.sweep(now);
		clock.after(SWEEP_MS, () =>
			this.#pipeline.whenWritable(() => {
				this.#pages.catchUp();
				this.#sweep();
			}),
		);
	}

	#obey(visit: Visit, command: Command): void {
		const { policy, secrets, states, clock } = this.#parts;
		if (visit.login) this.#logins.expireIfDue(visit.login.client);
		const state = states.ordered;
		const client = this.#snapshot(visit);
		const now = clock.now();
		const { limits, allow, node } = policy;
		// Spelt out: a spread takes longer than the decision.
		const view: View = { limits, allow, node, state, client, now, secrets };
		switch (command.type) {
			case MessageType.hello:
				this.#admission.greet(visit, command, decideHello(view, command));
				break;
			case MessageType.auth:
				this.#carryOut(visit, command, decideAuth(view, command));
				break;
			case MessageType.text: {
				if (this.#erasures.isSilent(client)) {
					this.refuse(visit, "isNotErasing", command.type, command);
					break;
				}
				const said = decideText(view, command);
				const decision = this.#requests.countText(view, command.text, said);
				this.#carryOut(visit, command, decision);
				const [last, room] = [decision.taken, client?.context.room ?? ""];
				if (last !== undefined) this.#tell(visit, { kind: "ack", room, last });
				break;
			}
			case MessageType.open:
				this.#admission.open(visit, view, command);
				break;
			case MessageType.history:
				this.#pages.ask(visit, this.standing(visit) === "inRoom", command);
				break;
			case MessageType.erase:
				this.#erasures.ask(visit, client, command);
				break;
			case MessageType.logout:
				if (!client?.matches("inRoom"))
					this.refuse(visit, "isInside", command.type, command);
				this.#pipeline.append(...decideLogout(view, command.all));
		}
	}

	#tell(visit: Visit, notice: Notice): void {
		this.#pipeline.tell(visit, () => visit.mailbox.put(notice));
	}

	#signal(visit: Visit, command: Command<"signal">): void {
		const isHeard = this.#signals.take(visit, command);
		if (!isHeard && command.id !== undefined)
			this.refuse(visit, "isInside", command.type, command);
	}

	#carryOut(
		visit: Visit,
		command: Command,
		{ entries, refused, retryAfterMs, expected, session }: Decision,
	): void {
		const { type, id } = command;
		const n = "n" in command ? command.n : undefined;
		if (session && visit.login)
			visit.login = { ...visit.login, session, request: id };
		this.#pipeline.append(...entries);
		if (refused)
			this.refuse(visit, refused, type, { id, n, expected, retryAfterMs });
	}

	#snapshot({ login }: Visit) {
		return login && this.#parts.states.ordered.client(login.client);
	}
}
