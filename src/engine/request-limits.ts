/**
 * What a client may do in a second. A person is counted by identity, whatever
 * they connect with and however often they come back; whoever is not in a
 * room is counted by connection. A refusal is told, abuse is ended: a hundred
 * refusals in a row, from whichever of their connections.
 */
import type { Identity } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import { jsonBytes } from "../bytes.ts";
import { TokenBucket } from "../rate-limit.ts";
import {
	DAY_MS,
	type Decision,
	refuse,
	type View,
} from "./commands/decision.ts";
import type { Connection, Refuse } from "./connection.ts";
import { DailyBytes } from "./daily-bytes.ts";
import type { EngineParts } from "./parts.ts";
import type { RefusalDetails } from "./refusals.ts";
import { sha256 } from "./secrets.ts";

/** Refusals for haste, in a row, that are taken for abuse. */
const MOST_REFUSED = 100;

/** What the line of a message takes up in the log beside its text. */
const LINE_BYTES = 350;
const lineBytes = (text: string) => LINE_BYTES + jsonBytes(text);

/** What is known of a request; one that comes back says by which session. */
interface Asked extends RefusalDetails {
	readonly session?: string | undefined;
}

/** `entries` is coming back and going to another room; `messages` is whatever is no signal either. */
type RequestKind = "messages" | "signals" | "entries";

/** Counts how often in a row it refused. */
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

interface Budgets extends Readonly<Record<RequestKind, Budget>> {
	/** What they said. */
	readonly day: DailyBytes;
}

export class RequestLimits {
	readonly #parts: EngineParts;
	readonly #people = new Map<Identity, Budgets>();
	readonly #strangers = new WeakMap<Connection, Budgets>();
	readonly #refuse: Refuse;

	constructor(parts: EngineParts, refuse: Refuse) {
		this.#parts = parts;
		this.#refuse = refuse;
	}

	/** Counts a request of type `re`. If it came too fast it is refused, or its connection ended. */
	isHasty(
		connection: Connection,
		re: number | undefined,
		asked: Asked,
	): boolean {
		const isSignal = re === MessageType.signal;
		const isEntry = re === MessageType.open;
		const owner = isEntry ? this.#ownerOf(asked.session) : undefined;
		const budgets = this.#budgets(
			owner ?? this.#inRoom(connection) ?? connection,
		);
		const kind = isSignal ? "signals" : isEntry ? "entries" : "messages";
		const retryAfterMs = budgets[kind].take();
		if (retryAfterMs === undefined) return false;
		const { n, id } = asked;
		if (budgets[kind].isAbused) connection.transport.onEnd("policy");
		else if (!isSignal || id !== undefined)
			this.#refuse(connection, "isNotTooFast", re, { n, id, retryAfterMs });
		return true;
	}

	/** Counts what is about to be said, or refuses it where the day's bytes are used up. */
	countText({ client, now }: View, text: string, decision: Decision): Decision {
		if (!client || decision.entries.length === 0) return decision;
		const { day } = this.#budgets(client.context.identity);
		const { identityBytesDay } = this.#parts.policy.limits;
		const waitMs = day.waitMs(identityBytesDay, now);
		if (waitMs > 0) return refuse("bytesAreLeft", waitMs);
		day.add(now, lineBytes(text));
		return decision;
	}

	/** Counts what was said in the day before a start. */
	recount(): void {
		const { archive, log, clock, report, states, policy } = this.#parts;
		const since = clock.now() - DAY_MS;
		const isLimited = policy.limits.identityBytesDay < Infinity;
		if (states.ordered.time < since || !isLimited) return;
		const last = log.ordered;
		const count = async () => {
			for await (const { seq, event, author, text } of archive.saidSince(since))
				if (seq <= last)
					this.#budgets(author.identity).day.add(event.time, lineBytes(text));
		};
		count().catch((error: unknown) =>
			report.warn({ error: `${error}` }, "what was said today is not counted"),
		);
	}

	/** Forgets whoever has been quiet for so long that it makes no difference. */
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

	/** Before the right code came, anyone may say that they are someone. */
	#inRoom({ login }: Connection): Identity | undefined {
		const client = login && this.#parts.states.ordered.client(login.client);
		return client?.matches("inRoom") ? client.context.identity : undefined;
	}

	#budgets(of: Identity | Connection): Budgets {
		const isPerson = typeof of === "string";
		const known = isPerson ? this.#people.get(of) : this.#strangers.get(of);
		if (known) return known;
		const { clock, policy } = this.#parts;
		const { limits } = policy;
		const budget = (perSecond: number, burst: number) =>
			new Budget({ perSecond, burst }, clock);
		const fresh: Budgets = {
			messages: budget(limits.messagesPerSecond, limits.messageBurst),
			signals: budget(limits.signalsPerSecond, limits.signalBurst),
			entries: budget(limits.entriesPerSecond, limits.entryBurst),
			day: new DailyBytes(),
		};
		if (isPerson) this.#people.set(of, fresh);
		else this.#strangers.set(of, fresh);
		return fresh;
	}
}
