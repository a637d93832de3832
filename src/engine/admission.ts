/**
 * The ways in: a hello that may be answered with a code, a browser that comes
 * back to a login under way, and one that comes back by its session.
 */
import { MessageType } from "../../machines/message.ts";
import { networkBounds } from "../mail/allowance.ts";
import { type Bound, HOUR_MS, SlidingWindows } from "../rate-limit.ts";
import type { Attachments } from "./attachments.ts";
import type { Command } from "./command.ts";
import { decideAnsweredAgain } from "./commands/auth.ts";
import { type Decision, refuse, type View } from "./commands/decision.ts";
import { decideOpen } from "./commands/open.ts";
import type { Connection, Login, Refuse } from "./connection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Logins } from "./logins.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import { sha256 } from "./secrets.ts";

type CarryOut = (
	connection: Connection,
	command: Command,
	decision: Decision,
) => void;

interface AdmissionParts {
	readonly parts: EngineParts;
	readonly pipeline: Pipeline;
	readonly logins: Logins;
	readonly deadlines: Deadlines;
	readonly attachments: Attachments;
	readonly refuse: Refuse;
	readonly carryOut: CarryOut;
}

export class Admission {
	readonly #given: AdmissionParts;
	readonly #guesses: SlidingWindows;

	constructor(given: AdmissionParts) {
		this.#given = given;
		this.#guesses = new SlidingWindows(given.parts.clock);
	}

	/** A hello that was decided on: a code is mailed, or it is refused. */
	greet(connection: Connection, command: Command, decided: Decision): void {
		const { logins, attachments, parts, carryOut } = this.#given;
		const decision = this.#isGuessing(connection, decided)
			? refuse("nameIsTheirs")
			: decided;
		const { fresh } = decision;
		const asked = fresh?.login ?? connection.login;
		if (!fresh || !asked) {
			carryOut(connection, command, decision);
			return;
		}
		// Mail allowances come last, so that a hello refused for its own sake uses up none.
		const used = logins.take(connection, fresh);
		if (used) {
			carryOut(connection, command, used);
			return;
		}
		const login: Login = { ...asked, user: fresh.user };
		attachments.attach(connection, login);
		carryOut(connection, command, decision);
		const { id } = command;
		logins.send(connection, login, { ...fresh, id }, (error) => {
			const { report } = parts;
			report.warn({ error: error.message }, "a login code was not mailed");
			const waiting = attachments.connectionOf(login.client) ?? connection;
			this.#given.refuse(waiting, "mailWasSent", MessageType.hello, { id });
		});
	}

	/** Whether too many emails were tried from there for a name that is somebody's: then the right one is told what a wrong one is. */
	#isGuessing({ networks }: Connection, { owned, refused }: Decision): boolean {
		const { guessesHour, guessesNetworkHour } = this.#given.parts.policy.limits;
		if (owned === undefined) return false;
		const bounds: readonly Bound[] = [
			{ key: `${networks[0]} ${owned}`, windows: [[guessesHour, HOUR_MS]] },
			...networkBounds(networks, guessesNetworkHour),
		];
		if (this.#guesses.waitMs(bounds) > 0) return true;
		if (refused === "nameIsTheirs") this.#guesses.count(bounds);
		return false;
	}

	/** A browser comes back by the session or the pending login it kept, or goes on to another room. */
	open(connection: Connection, view: View, command: Command<"open">): void {
		const { attachments, pipeline, carryOut } = this.#given;
		const { pending, id } = command;
		const decision = pending
			? this.#reattach(connection, view, pending, id)
			: decideOpen(view, command);
		const { returning } = decision;
		if (returning) attachments.attach(connection, returning);
		carryOut(connection, command, decision);
		if (returning?.resumed)
			pipeline.tell(connection, () =>
				attachments.resume(connection, returning, returning.room),
			);
	}

	/** Whoever has the id of a login under way may finish it here. */
	#reattach(
		connection: Connection,
		view: View,
		pending: string,
		id: string | undefined,
	): Decision {
		const { logins, deadlines, attachments, pipeline } = this.#given;
		const { states } = this.#given.parts;
		const { state } = view;
		if (view.client?.matches("inRoom")) return refuse("isNotInside");
		const hash = sha256(pending);
		const before = state.unheard(hash);
		if (before) return decideAnsweredAgain(view, before, pending);
		const client = state.pending(hash);
		if (client) deadlines.expireIfDue(client);
		const snapshot = client && states.ordered.client(client);
		if (!client || !snapshot?.matches("awaitingCode"))
			return refuse("loginIsPending");
		const { name } = snapshot.context;
		const known = attachments.connectionOf(client)?.login?.user;
		const underway = { client, pending, user: known ?? { name, email: "" } };
		attachments.attach(connection, underway);
		const sent = logins.codeSent(underway, "", id);
		pipeline.tell(connection, () => sent && connection.mailbox.put(sent));
		return { entries: [] };
	}
}
