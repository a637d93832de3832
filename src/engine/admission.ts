/**
 * The way in by a code: a hello that may be answered with one, and a browser
 * that comes back to a login under way.
 */
import { MessageType } from "../../machines/message.ts";
import type { Decision, FreshCode } from "./decide/decision.ts";
import type { Logins } from "./logins.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Presence } from "./presence.ts";
import type { RefusalDetails, Rule } from "./refusals.ts";
import { sha256 } from "./secrets.ts";
import type { Login, Visit } from "./visit.ts";

type Refuse = (
	visit: Visit,
	rule: Rule,
	re: MessageType,
	details?: RefusalDetails,
) => void;

export class Admission {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #logins: Logins;
	readonly #presence: Presence;
	readonly #refuse: Refuse;

	constructor(
		parts: EngineParts,
		pipeline: Pipeline,
		logins: Logins,
		presence: Presence,
		refuse: Refuse,
	) {
		this.#parts = parts;
		this.#pipeline = pipeline;
		this.#logins = logins;
		this.#presence = presence;
		this.#refuse = refuse;
	}

	/** Mail allowances come last, so that a hello refused for its own sake uses up none. */
	begin(
		visit: Visit,
		asked: Omit<Login, "user">,
		fresh: FreshCode,
		{ entries }: Decision,
	): void {
		const login: Login = { ...asked, user: fresh.user };
		const used = this.#logins.take(fresh.user.email, visit.network);
		if (used) {
			this.#refuse(visit, used.rule, MessageType.hello, used);
			return;
		}
		this.#presence.carry(visit, login);
		this.#pipeline.append(...entries);
		this.#logins.send(visit, login, fresh, (error) => {
			const { report } = this.#parts;
			report.warn({ error: error.message }, "a login code was not mailed");
			const waiting = this.#presence.carrierOf(login.client) ?? visit;
			this.#refuse(waiting, "mailWasSent", MessageType.hello);
		});
	}

	/** Whoever has the id of a login under way may finish it here. */
	reattach(visit: Visit, pending: string): void {
		const { state, clock } = this.#parts;
		const isInside =
			visit.login && state.client(visit.login.client)?.matches("inRoom");
		if (isInside) {
			this.#refuse(visit, "isNotInside", MessageType.open);
			return;
		}
		const client = state.pending(sha256(pending));
		if (client) this.#logins.expireIfDue(client);
		const snapshot = client && state.client(client);
		if (!client || !snapshot?.matches("awaitingCode")) {
			this.#refuse(visit, "loginIsPending", MessageType.open);
			return;
		}
		const { name } = snapshot.context;
		const known = this.#presence.carrierOf(client)?.login?.user;
		const login = { client, pending, user: known ?? { name, email: "" } };
		this.#presence.carry(visit, login);
		const underway = this.#logins.pending(login);
		if (!underway) return;
		const sent = { login: underway, now: clock.now(), text: "" };
		this.#pipeline.tell(visit, () =>
			visit.mailbox.put({ kind: "codeSent", ...sent }),
		);
	}
}
