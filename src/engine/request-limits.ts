/**
 * How much a client may ask for in a second, and say in a day. A person in a
 * room is counted by identity, over all connections; anyone else is counted by
 * connection. A hundred refusals in a row are abuse.
 */
import type { Identity } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import { jsonBytes } from "../bytes.ts";
import { saidSince } from "../history/said.ts";
import type { Limits } from "../limits.ts";
import { DailySum, rateOf, TokenBucket } from "../rate-limit.ts";
import {
	DAY_MS,
	type Decision,
	refuse,
	type View,
} from "./commands/decision.ts";
import { type Connection, clientOf } from "./connection.ts";
import type { EngineParts } from "./parts.ts";
import { sha256 } from "./secrets.ts";

/** Refusals in a row that are not abuse yet. */
const MOST_REFUSED = 100;

/** Bytes of a message's line in the log beside its text, about. */
const LINE_BYTES = 350;
const lineBytes = (text: string) => LINE_BYTES + jsonBytes(text);

/** Why a request came too fast. */
export interface Haste {
	readonly retryAfterMs: number;
	readonly isAbuse: boolean;
}

/** `entries` are requests to open a room; `messages` is everything that is neither that, nor a signal, nor a person's own. */
type RequestKind = "messages" | "signals" | "entries";

/** A token bucket that counts its refusals in a row. */
class Budget extends TokenBucket {
	#refused = 0;

	get isAbused(): boolean {
		return this.#refused > MOST_REFUSED;
	}

	override take(): number | undefined {
		const retryAfterMs = super.take();
		this.#refused = retryAfterMs === undefined ? 0 : this.#refused + 1;
		return retryAfterMs;
	}
}

/** What a person may do beside what counts as a request. */
type Given = RequestKind | "reactions";

interface Budgets extends Readonly<Record<Given, Budget>> {
	/** Bytes of the log that the person used. They are not part of the state: after a start they are counted from the end of the log. */
	readonly day: DailySum;
}

export class RequestLimits {
	readonly #parts: EngineParts;
	readonly #people = new Map<Identity, Budgets>();
	readonly #strangers = new WeakMap<Connection, Budgets>();

	constructor(parts: EngineParts) {
		this.#parts = parts;
	}

	/** Counts a request of a type, and by its session if it has one. Undefined unless it came too fast. */
	count(
		connection: Connection,
		type: number | undefined,
		request: { readonly session?: string | undefined },
	): Haste | undefined {
		const isSignal = type === MessageType.signal || type === MessageType.own;
		const isEntry = type === MessageType.open;
		const owner = isEntry ? this.#ownerOf(request.session) : undefined;
		const budgets = this.#budgets(
			owner ?? this.#inRoom(connection) ?? connection,
		);
		const kind = isSignal ? "signals" : isEntry ? "entries" : "messages";
		const retryAfterMs = budgets[kind].take();
		if (retryAfterMs === undefined) return undefined;
		return { retryAfterMs, isAbuse: budgets[kind].isAbused };
	}

	/** Counts the bytes of a message that is about to be logged, or refuses it if the day's are used up. */
	countText(view: View, text: string, decision: Decision): Decision {
		if (decision.entries.length === 0) return decision;
		return this.spend(view, text) ?? decision;
	}

	/** Counts the bytes of what is about to be logged, or answers the refusal if the day's are used up. */
	spend({ client, now }: View, text: string): Decision | undefined {
		if (!client) return undefined;
		const { day } = this.#budgets(client.context.identity);
		const { identityBytesDay } = this.#parts.policy.limits;
		const waitMs = day.waitMs(identityBytesDay, now);
		if (waitMs > 0) return refuse("bytesAreLeft", { retryAfterMs: waitMs });
		day.add(now, lineBytes(text));
		return undefined;
	}

	/** Counts a reaction of a person. Answers the refusal if there were too many lately. */
	countReaction({ client }: View): Decision | undefined {
		if (!client) return undefined;
		const { reactions } = this.#budgets(client.context.identity);
		const retryAfterMs = reactions.take();
		if (retryAfterMs === undefined) return undefined;
		return refuse("isNotTooFast", { retryAfterMs });
	}

	/** When this node comes to decide: counts what was said in the last 24 hours, and nothing twice. */
	recount(): void {
		this.#people.clear();
		const { archive, log, clock, report, states, policy } = this.#parts;
		const since = clock.now() - DAY_MS;
		const isLimited = policy.limits.identityBytesDay < Infinity;
		if (states.ordered.time < since || !isLimited) return;
		const last = log.ordered;
		const count = async () => {
			for await (const { seq, event, author, text } of saidSince(
				since,
				archive,
			))
				if (seq <= last)
					this.#budgets(author.identity).day.add(event.time, lineBytes(text));
		};
		count().catch((error: unknown) =>
			report.warn({ error: `${error}` }, "what was said today is not counted"),
		);
	}

	/** Forgets everyone whose budgets are full, and who said nothing for a day. */
	sweep(now: number): void {
		for (const [identity, { day, ...budgets }] of this.#people) {
			const areFull = Object.values(budgets).every(({ isFull }) => isFull);
			if (areFull && day.sum(now) === 0) this.#people.delete(identity);
		}
	}

	#ownerOf(session = ""): Identity | undefined {
		const { sessions } = this.#parts.states.ordered.server.context;
		return session ? sessions.get(sha256(session))?.identity : undefined;
	}

	/** Until the right code came, an identity is only claimed. */
	#inRoom(connection: Connection): Identity | undefined {
		const client = clientOf(this.#parts.states.ordered, connection);
		return client?.matches("inRoom") ? client.context.identity : undefined;
	}

	#budgets(of: Identity | Connection): Budgets {
		const isPerson = typeof of === "string";
		const known = isPerson ? this.#people.get(of) : this.#strangers.get(of);
		if (known) return known;
		const { clock, policy } = this.#parts;
		const budget = (perSecond: keyof Limits, burst: keyof Limits) =>
			new Budget(rateOf(policy.limits, perSecond, burst), clock);
		const fresh: Budgets = {
			messages: budget("messagesPerSecond", "messageBurst"),
			signals: budget("signalsPerSecond", "signalBurst"),
			entries: budget("entriesPerSecond", "entryBurst"),
			reactions: budget("reactionsPerSecond", "reactionBurst"),
			day: new DailySum(),
		};
		if (isPerson) this.#people.set(of, fresh);
		else this.#strangers.set(of, fresh);
		return fresh;
	}
}
