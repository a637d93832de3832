/**
 * The ways in: a hello that may be answered with a code, a browser that comes
 * back to a login under way, and one that comes back by its session.
 */
import { MessageType } from "../../machines/message.ts";
import { networkBounds } from "../mail/allowance.ts";
import { type Bound, HOUR_MS, SlidingWindows } from "../mail/windows.ts";
import type { Command, OpenCommand } from "./command.ts";
import { decideAnsweredAgain } from "./decide/auth.ts";
import {
	type Decision,
	type FreshCode,
	refuse,
	type View,
} from "./decide/decision.ts";
import { decideOpen } from "./decide/open.ts";
import type { Logins } from "./logins.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Presence } from "./presence.ts";
import { sha256 } from "./secrets.ts";
import type { Login, Refuse, Visit } from "./visit.ts";

type CarryOut = (visit: Visit, command: Command, decision: Decision) => void;

interface AdmissionParts {
	readonly parts: EngineParts;
	readonly pipeline: Pipeline;
	readonly logins: Logins;
	readonly presence: Presence;
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
	greet(visit: Visit, command: Command, decided: Decision): void {
		const decision = this.#isGuessing(visit, decided)
			? refuse("nameIsTheirs")
			: decided;
		const { fresh } = decision;
		const asked = fresh?.login ?? visit.login;
		if (fresh && asked) this.#begin(visit, asked, fresh, decision, command.id);
		else this.#given.carryOut(visit, command, decision);
	}

	/** Whether too many emails were tried from there for a name that is somebody's: then the right one is told what a wrong one is. */
	#isGuessing({ networks }: Visit, { owned, refused }: Decision): boolean {
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
	open(visit: Visit, view: View, command: OpenCommand): void {
		if (command.pending) {
			this.#reattach(visit, view, command, command.pending);
			return;
		}
		const { session = "", client, room, place, id: request } = command;
		const open = { session, client, room };
		const decision = decideOpen(view, open);
		const { returning, taken: last = 0 } = decision;
		const login = returning && {
			...returning,
			user: { name: returning.name, email: "" },
			last,
			request,
			...(place && { place }),
		};
		if (login) this.#given.presence.carry(visit, login);
		this.#given.carryOut(visit, command, decision);
		if (login?.resumed)
			this.#given.pipeline.tell(visit, () =>
				this.#given.presence.resume(visit, login, login.room),
			);
	}

	/** Mail allowances come last, so that a hello refused for its own sake uses up none. */
	#begin(
		visit: Visit,
		asked: Omit<Login, "user">,
		fresh: FreshCode,
		{ entries }: Decision,
		id: string | undefined,
	): void {
		const login: Login = { ...asked, user: fresh.user };
		const used = this.#given.logins.take(visit, fresh);
		if (used) {
			this.#given.refuse(visit, used.rule, MessageType.hello, { ...used, id });
			return;
		}
		this.#given.presence.carry(visit, login);
		this.#given.pipeline.append(...entries);
		this.#given.logins.send(visit, login, { ...fresh, id }, (error) => {
			const { report } = this.#given.parts;
			report.warn({ error: error.message }, "a login code was not mailed");
			const waiting = this.#given.presence.carrierOf(login.client) ?? visit;
			this.#given.refuse(waiting, "mailWasSent", MessageType.hello, { id });
		});
	}

	/** Whoever has the id of a login under way may finish it here. */
	#reattach(
		visit: Visit,
		view: View,
		command: OpenCommand,
		pending: string,
	): void {
		const { states, clock } = this.#given.parts;
		const { id } = command;
		const { state } = view;
		const isInside =
			visit.login && state.client(visit.login.client)?.matches("inRoom");
		if (isInside) {
			this.#given.refuse(visit, "isNotInside", MessageType.open, { id });
			return;
		}
		const before = state.unheard(sha256(pending));
		if (before) {
			const decision = decideAnsweredAgain(view, before);
			const { returning } = decision;
			const user = { name: returning?.name ?? "", email: "" };
			if (returning)
				this.#given.presence.carry(visit, { ...returning, pending, user });
			this.#given.carryOut(visit, command, decision);
			return;
		}
		const client = state.pending(sha256(pending));
		if (client) this.#given.logins.expireIfDue(client);
		const snapshot = client && states.ordered.client(client);
		if (!client || !snapshot?.matches("awaitingCode")) {
			this.#given.refuse(visit, "loginIsPending", MessageType.open, { id });
			return;
		}
		const { name } = snapshot.context;
		const known = this.#given.presence.carrierOf(client)?.login?.user;
		const login = { client, pending, user: known ?? { name, email: "" } };
		this.#given.presence.carry(visit, login);
		const underway = this.#given.logins.pending(login);
		if (!underway) return;
		const sent = { login: underway, now: clock.now(), text: "", id };
		this.#given.pipeline.tell(visit, () =>
			visit.mailbox.put({ kind: "codeSent", ...sent }),
		);
	}
}
