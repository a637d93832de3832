/** Executes commands: counts each, decides it by its handler, and carries out the decision. */
import { MessageType } from "../../machines/message.ts";
import { type Command, typeOf } from "./command.ts";
import { type Decision, type Refused, refuse } from "./commands/decision.ts";
import { decide, logsNothing } from "./commands/table.ts";
import { type Connection, clientOf } from "./connection.ts";
import { isTooNew, leads, type RunningParts, viewOf } from "./parts.ts";
import type { RefusalDetails } from "./refusals.ts";
import type { Services } from "./services.ts";

/** What a newer version can do may be asked for again after so long. */
const UPGRADING_MS = 10_000;

/** Nobody waits for the answer to these without an id. */
const unanswered: ReadonlySet<unknown> = new Set([
	MessageType.signal,
	MessageType.own,
]);

/** What is known of a frame that was not understood. */
export interface Misunderstood extends RefusalDetails {
	/** Its type as it was sent; undefined if that is no number. */
	readonly re: number | undefined;
}

export class Executor {
	readonly #parts: RunningParts;
	readonly #services: Services;

	constructor(parts: RunningParts, services: Services) {
		this.#parts = parts;
		this.#services = services;
	}

	receive(connection: Connection, command: Command) {
		if (connection.gone || this.#parts.pipeline.stopping) return;
		const { kind } = command;
		if (!leads(this.#parts) && !logsNothing.has(kind))
			return this.#parts.cluster?.forward(connection, command);
		if (this.#isHasty(connection, typeOf(kind), command)) return;
		if (this.#parts.pipeline.frozen && !logsNothing.has(kind))
			this.refuseForNow(connection, command, "diskHasSpace");
		else {
			const done = this.#parts.cluster?.deciding?.(connection, command);
			this.#parts.pipeline.guarded(() => this.#execute(connection, command));
			if (done) this.#parts.pipeline.afterwards(done);
		}
	}

	/** Refuses a frame that is no command. It counts against the limits as a command does. */
	misunderstand(connection: Connection, frame: Misunderstood): void {
		const { re } = frame;
		if (connection.gone || this.#isHasty(connection, re, frame)) return;
		this.#services.responder.refuse(connection, "frameIsUnderstood", re, frame);
	}

	/** Counts a request of type `re`. One that came too fast is refused, or ends its connection. */
	#isHasty(
		connection: Connection,
		re: number | undefined,
		request: RefusalDetails & { readonly session?: string | undefined },
	): boolean {
		const haste = this.#services.requestLimits.count(connection, re, request);
		if (!haste) return false;
		const { n, id } = request;
		if (haste.isAbuse) connection.transport.onEnd("policy");
		else if (!unanswered.has(re) || id !== undefined)
			this.#services.responder.refuse(connection, "isNotTooFast", re, {
				n,
				id,
				retryAfterMs: haste.retryAfterMs,
			});
		return true;
	}

	/** Refuses a command while the log is frozen, or the sequencer away. A client that wants into a room has to connect again later; any other request can be repeated soon. `isSent`: perhaps it was carried out. */
	refuseForNow(
		connection: Connection,
		command: Command,
		rule: "diskHasSpace" | "sequencerIsThere",
		isSent = false,
	): void {
		if (connection.gone) return;
		const client = clientOf(this.#parts.states.ordered, connection);
		const isInside = client?.matches("inRoom") === true;
		const mayReturn = command.kind === "open" || (isSent && !isInside);
		this.#refuse(connection, command, { rule, retryAfterMs: 1000 });
		if (mayReturn && !isInside) connection.transport.onEnd("restart");
	}

	#execute(connection: Connection, command: Command): void {
		const { login, node } = connection;
		if (login && leads(this.#parts) && !this.#parts.pipeline.frozen)
			this.#services.deadlines.expireIfDue(login.client);
		const view = viewOf(this.#parts, login, node);
		const decision = decide(view, command, connection, this.#services);
		const isPossible = !isTooNew(this.#parts, decision.entries);
		const retryAfterMs = UPGRADING_MS;
		this.#carryOut(
			connection,
			command,
			isPossible ? decision : refuse("nodesAreAlike", { retryAfterMs }),
		);
	}

	#carryOut(
		connection: Connection,
		command: Command,
		{ login, before = [], entries, refused, replies, mail }: Decision,
	): void {
		const { attachments, logins, responder } = this.#services;
		if (login) attachments.attach(connection, login);
		for (const some of [...before, entries]) this.#parts.pipeline.append(some);
		if (login) connection.transport.onLogin?.(login, this.#parts.log.ordered);
		if (refused) this.#refuse(connection, command, refused);
		if (replies)
			for (const reply of replies) responder.reply(connection, reply);
		if (!login) return;
		if (mail) logins.send(connection, login, { ...mail, id: command.id });
		const { resumed } = login;
		if (resumed !== undefined)
			this.#parts.pipeline.tell(connection, () =>
				attachments.resume(connection, login, resumed),
			);
	}

	#refuse(
		connection: Connection,
		command: Command,
		{ rule, ...details }: Refused,
	): void {
		const { kind, id } = command;
		const n = kind === "text" ? command.n : undefined;
		const about = { n, id, ...details };
		this.#services.responder.refuse(connection, rule, typeOf(kind), about);
	}
}
