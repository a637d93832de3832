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
	ClientId,
	ClientLeft,
	PlumeEvent,
} from "../../machines/events.ts";
import { type Item, MessageType } from "../../machines/message.ts";
import { Client } from "../chat/client.ts";
import type { OnMessage } from "../chat/mailbox.ts";
import type { Server } from "../chat/server.ts";
import type { Clock } from "../clock.ts";
import type { Entry, Log } from "../log/log.ts";
import { decideAuth } from "./decide/auth.ts";
import type { Decision, Policy, View } from "./decide/decision.ts";
import { decideHello, type Hello } from "./decide/hello.ts";
import { decideText, type Words } from "./decide/text.ts";
import { Logins, type Mail } from "./logins.ts";
import { Pipeline, type PipelineHooks } from "./pipeline.ts";
import { type Rule, refusalWords } from "./refusals.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";
import type { Visit } from "./visit.ts";

export type Command =
	| ({ readonly type: typeof MessageType.hello } & Hello)
	| { readonly type: typeof MessageType.auth; readonly code: string }
	| ({ readonly type: typeof MessageType.text } & Words);

/** What an operator should know; no person's data is ever put in it. */
export interface Reporter {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
}

export interface EngineParts {
	readonly log: Log;
	/** The fold of the log so far. */
	readonly state: State;
	readonly server: Server;
	readonly clock: Clock;
	readonly secrets: Secrets;
	readonly mail: Mail;
	readonly policy: Policy;
	readonly version: string;
	readonly report: Reporter;
	/** The process must end at once: nothing more can be promised. */
	readonly onFatal: (error: Error) => void;
}

interface RefusalDetails {
	readonly n?: number | undefined;
	readonly retryAfterMs?: number | undefined;
}

export class Engine implements PipelineHooks {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #logins: Logins;
	readonly #visits = new Set<Visit>();
	readonly #entering = new Map<ClientId, Visit>();

	constructor(parts: EngineParts) {
		const { log, state, server, clock, mail, policy } = parts;
		this.#parts = parts;
		this.#pipeline = new Pipeline(log, state, server, this);
		this.#logins = new Logins(
			this.#pipeline,
			state,
			clock,
			mail,
			policy.limits,
		);
		this.#pipeline.guarded(() => this.#start());
	}

	/** Someone is there; `onMessage` is where they can be told things. `network` is what mail allowances are counted by. */
	connect(network: string, onMessage: OnMessage): Visit {
		const mailbox = this.#parts.server.mailbox(onMessage);
		const visit: Visit = { mailbox, network, gone: false };
		this.#visits.add(visit);
		return visit;
	}

	/** A message has come from a visitor. */
	receive(visit: Visit, command: Command): void {
		if (visit.gone || this.#pipeline.stopping) return;
		if (this.#pipeline.frozen) this.refuse(visit, "diskHasSpace", command.type);
		else this.#pipeline.guarded(() => this.#obey(visit, command));
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
		re: MessageType,
		{ n, retryAfterMs }: RefusalDetails = {},
	): void {
		const { login, mailbox } = visit;
		const pending = login && this.#logins.pending(login);
		const now = this.#parts.clock.now();
		const refusal = {
			kind: "refused" as const,
			code,
			re,
			text: refusalWords[code],
			inRoom: this.standing(visit) === "inRoom",
			...(pending && { login: pending, now }),
			...(n !== undefined && { n }),
			...(retryAfterMs !== undefined && { retryAfterMs }),
		};
		this.#pipeline.tell(visit, () => mailbox.put(refusal));
	}

	/** The carrier is gone. May be called again: a Client leaves once. */
	disconnect(visit: Visit, why: ClientLeft["why"]): void {
		visit.gone = true;
		this.#visits.delete(visit);
		const client = visit.login?.client;
		if (!client) return;
		this.#entering.delete(client);
		this.#pipeline.whenWritable(() => {
			const snapshot = this.#parts.state.client(client);
			if (!snapshot?.matches("inRoom")) return;
			const time = this.#parts.clock.now();
			const { room } = snapshot.context;
			this.#pipeline.append({
				event: { type: "client.left", time, room, client, why },
			});
		});
	}

	/** Commits what it has; nothing is accepted from here on. */
	async stop(): Promise<void> {
		if (this.#pipeline.stopping) return;
		const time = this.#parts.clock.now();
		if (!this.#pipeline.frozen)
			this.#pipeline.append({ event: { type: "server.stopped", time } });
		await this.#pipeline.stop();
	}

	onVisible(event: PlumeEvent, item: Item): void {
		const room = this.#parts.server.room(item.room);
		if (event.type === "client.entered") this.#enter(item);
		if (event.type === "client.left") room.leave(item.client);
		room.broadcast(item);
	}

	onFrozen(error: Error): void {
		const { report } = this.#parts;
		report.warn({ error: error.message }, "the disk takes no more: frozen");
		for (const visit of this.#visits)
			if (visit.login) this.refuse(visit, "diskHasSpace", MessageType.text);
	}

	onThawed(): void {
		this.#parts.report.info({}, "the disk takes writes again: going on");
	}

	onFatal(error: Error): void {
		this.#parts.onFatal(error);
	}

	/** That the server started is an event, and so is the leaving of whoever was inside when it last ended. */
	#start(): void {
		const { state, clock, policy, version } = this.#parts;
		const time = clock.now();
		const { node } = policy;
		const entries: Entry[] = [
			{ event: { type: "server.started", time, node, version } },
		];
		for (const client of state.clientIds) {
			const snapshot = state.client(client);
			if (!snapshot) continue;
			const { room, expires } = snapshot.context;
			const why = "restart" as const;
			if (snapshot.matches("inRoom"))
				entries.push({
					event: { type: "client.left", time, room, client, why },
				});
			else this.#logins.expireLater(client, expires);
		}
		this.#pipeline.append(...entries);
	}

	#obey(visit: Visit, command: Command): void {
		const { policy, secrets, state, clock } = this.#parts;
		if (visit.login) this.#logins.expireIfDue(visit.login.client);
		const client = this.#snapshot(visit);
		const view: View = { state, client, now: clock.now() };
		switch (command.type) {
			case MessageType.hello:
				this.#admit(visit, decideHello(view, command, policy, secrets));
				break;
			case MessageType.auth: {
				const decision = decideAuth(view, command.code, policy, secrets);
				this.#carryOut(visit, command.type, decision);
				break;
			}
			case MessageType.text: {
				const decision = decideText(view, command, policy, secrets);
				this.#carryOut(visit, command.type, decision, command.n);
			}
		}
	}

	/** Mail allowances come last, so that a hello refused for its own sake uses up none. */
	#admit(visit: Visit, decision: Decision): void {
		const { fresh } = decision;
		const login = fresh?.login ?? visit.login;
		if (!fresh || !login) {
			this.#carryOut(visit, MessageType.hello, decision);
			return;
		}
		const used = this.#logins.take(login.user.email, visit.network);
		if (used) {
			this.refuse(visit, used.rule, MessageType.hello, used);
			return;
		}
		if (visit.login) this.#entering.delete(visit.login.client);
		visit.login = login;
		this.#entering.set(login.client, visit);
		this.#pipeline.append(...decision.entries);
		this.#logins.send(visit, login, fresh, (error) => {
			const { report } = this.#parts;
			report.warn({ error: error.message }, "a login code was not mailed");
			this.refuse(visit, "mailWasSent", MessageType.hello);
		});
	}

	#carryOut(
		visit: Visit,
		re: MessageType,
		decision: Decision,
		n?: number,
	): void {
		const { entries, refused, retryAfterMs } = decision;
		this.#pipeline.append(...entries);
		if (refused) this.refuse(visit, refused, re, { n, retryAfterMs });
	}

	/** A login was right and is durable: a Client is made, and enters the Room. */
	#enter({ client: id, name, room: roomName, epoch, offset }: Item): void {
		const visit = this.#entering.get(id);
		this.#entering.delete(id);
		if (!visit?.login || visit.gone) return;
		const { mailbox, login } = visit;
		const room = this.#parts.server.room(roomName);
		mailbox.put({ kind: "authenticated", name });
		mailbox.put({
			kind: "welcome",
			client: id,
			room: roomName,
			epoch,
			offset: offset - 1,
			last: 0,
			history: [...room.history],
		});
		room.enter(new Client(id, login.user, mailbox));
	}

	#snapshot({ login }: Visit) {
		return login && this.#parts.state.client(login.client);
	}
}
