/**
 * What a client may do in a second. A person is counted by identity, whatever
 * they connect with and however often they come back; whoever is not in a
 * room is counted by connection. A refusal is told, abuse is ended: a hundred
 * refusals in a row, from whichever of their connections.
 */
import type { Identity } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import { type Rate, TokenBucket } from "../bucket.ts";
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { DailyBytes, lineBytes } from "./daily-bytes.ts";
import { DAY_MS, type Decision, refuse, type View } from "./decide/decision.ts";
import type { EngineParts } from "./parts.ts";
import type { RefusalDetails } from "./refusals.ts";
import { sha256 } from "./secrets.ts";
import type { State } from "./state.ts";
import type { Refuse, Visit } from "./visit.ts";

/** Refusals for haste, in a row, that are taken for abuse. */
const MOST_REFUSED = 100;

/** What is known of a request; one that comes back says by which session. */
interface Asked extends RefusalDetails {
	readonly session?: string | undefined;
}

/** `entries` is coming back and going to another room; `messages` is whatever is no signal either. */
type RequestKind = "messages" | "signals" | "entries";

/** It came too early. */
interface Haste {
	readonly retryAfterMs: number;
	readonly isAbuse: boolean;
}

class Budget {
	readonly #bucket: TokenBucket;
	readonly #burst: number;
	#refused = 0;

	constructor(rate: Rate, clock: Clock) {
		this.#bucket = new TokenBucket(rate, clock);
		this.#burst = rate.burst;
	}

	take(): Haste | undefined {
		const retryAfterMs = this.#bucket.take();
		this.#refused = retryAfterMs === undefined ? 0 : this.#refused + 1;
		const isAbuse = this.#refused > MOST_REFUSED;
		return retryAfterMs === undefined ? undefined : { retryAfterMs, isAbuse };
	}

	/** A new one would allow as much. */
	get isFull(): boolean {
		return this.#bucket.waitMs(this.#burst) === 0;
	}
}

type Budgets = Readonly<Record<RequestKind, Budget>>;

export class RequestLimits {
	readonly #clock: Clock;
	readonly #state: State;
	readonly #limits: Limits;
	readonly #people = new Map<Identity, Budgets>();
	readonly #bytes: DailyBytes;
	readonly #strangers = new WeakMap<Visit, Budgets>();

	readonly #refuse: Refuse;

	constructor({ clock, state, policy }: EngineParts, refuse: Refuse) {
		this.#clock = clock;
		this.#state = state;
		this.#limits = policy.limits;
		this.#bytes = new DailyBytes(policy.limits.identityBytesDay);
		this.#refuse = refuse;
	}

	/** Counts a request of type `re`. If it came too fast it is refused, or its connection ended. */
	isHasty(visit: Visit, re: number | undefined, asked: Asked): boolean {
		const isSignal = re === MessageType.signal;
		const isEntry = re === MessageType.open;
		const owner = isEntry ? this.#ownerOf(asked.session) : undefined;
		const budgets = this.#budgets(visit, owner ?? this.#inRoom(visit));
		const kind = isSignal ? "signals" : isEntry ? "entries" : "messages";
		const haste = budgets[kind].take();
		if (!haste) return false;
		const { n, id } = asked;
		const { retryAfterMs } = haste;
		if (haste.isAbuse) visit.carrier.onEnd("policy");
		else if (!isSignal || id !== undefined)
			this.#refuse(visit, "isNotTooFast", re, { n, id, retryAfterMs });
		return true;
	}

	/** Counts what is about to be said, or refuses it where the day's bytes are used up. */
	countText({ client, now }: View, text: string, decision: Decision): Decision {
		if (!client || decision.entries.length === 0) return decision;
		const { identity } = client.context;
		const waitMs = this.#bytes.waitMs(identity, now);
		if (waitMs > 0) return refuse("bytesAreLeft", waitMs);
		this.#bytes.add(identity, now, lineBytes(text));
		return decision;
	}

	/** Counts what was said in the day before a start. */
	recount({ archive, log, clock, report }: EngineParts): void {
		const since = clock.now() - DAY_MS;
		if (this.#state.time < since || this.#limits.identityBytesDay === Infinity)
			return;
		const last = log.ordered;
		const count = async () => {
			for await (const { seq, event, author, text } of archive.saidSince(since))
				if (seq <= last)
					this.#bytes.add(author.identity, event.time, lineBytes(text));
		};
		count().catch((error: unknown) =>
			report.warn({ error: `${error}` }, "what was said today is not counted"),
		);
	}

	/** Forgets whoever has been quiet for so long that it makes no difference. */
	sweep(now: number): void {
		this.#bytes.sweep(now);
		for (const [identity, all] of this.#people)
			if (Object.values(all).every(({ isFull }) => isFull))
				this.#people.delete(identity);
	}

	#ownerOf(session = ""): Identity | undefined {
		const { sessions } = this.#state.server.context;
		return session ? sessions.get(sha256(session))?.identity : undefined;
	}

	/** Before the right code came, anyone may say that they are someone. */
	#inRoom({ login }: Visit): Identity | undefined {
		const client = login && this.#state.client(login.client);
		return client?.matches("inRoom") ? client.context.identity : undefined;
	}

	#budgets(visit: Visit, identity: Identity | undefined): Budgets {
		const known =
			identity === undefined
				? this.#strangers.get(visit)
				: this.#people.get(identity);
		if (known) return known;
		const limits = this.#limits;
		const budget = (perSecond: number, burst: number) =>
			new Budget({ perSecond, burst }, this.#clock);
		const made = {
			messages: budget(limits.messagesPerSecond, limits.messageBurst),
			signals: budget(limits.signalsPerSecond, limits.signalBurst),
			entries: budget(limits.entriesPerSecond, limits.entryBurst),
		};
		if (identity === undefined) this.#strangers.set(visit, made);
		else this.#people.set(identity, made);
		return made;
	}
}
