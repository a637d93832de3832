/**
 * What happens by the clock alone: a login expires, a client whose connection
 * was lost leaves its room, and once an hour sessions and unused rooms are
 * looked through. One timer wakes for all of it. The state says what is due;
 * the queues only say which client to ask next, so that none scans them all.
 */
import type {
	ClientId,
	ClientLeft,
	LoginExpired,
	PlumeEvent,
} from "../../machines/events.ts";
import type { Clock } from "../clock.ts";
import type { Entry } from "../log/log.ts";
import type { Moment } from "./commands/decision.ts";
import { roomsForgotten } from "./commands/rooms.ts";
import { sessionsDue } from "./commands/sessions.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { State } from "./state.ts";

const HOUR_MS = 3_600_000;

interface Deadline {
	/** Milliseconds since 1970. */
	readonly at: number;
	/** What happens then. */
	readonly event: Omit<LoginExpired, "time"> | Omit<ClientLeft, "time">;
}

/** The deadline that a client has, if it has one. */
function deadlineOf(state: State, client: ClientId): Deadline | undefined {
	const snapshot = state.client(client);
	if (snapshot?.value === "awaitingCode") {
		const event = { type: "login.expired", client, why: "deadline" } as const;
		return { at: snapshot.context.expires, event };
	}
	if (!snapshot?.matches({ inRoom: "detached" })) return undefined;
	const { room } = snapshot.context;
	const { deadline } = state.room(room)?.context.members.get(client) ?? {};
	const event = { type: "client.left", room, client, why: "closed" } as const;
	return deadline === undefined ? undefined : { at: deadline, event };
}

/** What has to happen now to these clients. */
export function dueEvents(
	{ state, now: time }: Moment,
	clients: readonly ClientId[],
): readonly Entry[] {
	return [...new Set(clients)].flatMap((client): Entry[] => {
		const deadline = deadlineOf(state, client);
		if (!deadline || time < deadline.at) return [];
		return [{ event: { ...deadline.event, time } }];
	});
}

/** Clients by when to ask about their deadline, the earliest first. */
class Queue {
	readonly #clock: Clock;
	readonly #entries: { readonly client: ClientId; readonly at: number }[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Milliseconds until the first of them. */
	get waitMs(): number {
		const [first] = this.#entries;
		return first ? first.at - this.#clock.now() : Number.POSITIVE_INFINITY;
	}

	/** Later ones mostly come later, so the place is near the end. */
	add(client: ClientId, delayMs: number): void {
		const at = this.#clock.now() + delayMs;
		const before = this.#entries.findLastIndex((other) => other.at <= at);
		this.#entries.splice(before + 1, 0, { client, at });
	}

	/** Those whose time has come; a client that lost its connection twice may be there twice. */
	takeDue(): readonly ClientId[] {
		const now = this.#clock.now();
		const later = this.#entries.findIndex(({ at }) => at > now);
		const due = this.#entries.splice(0, later < 0 ? Infinity : later);
		return due.map(({ client }) => client);
	}
}

export class Deadlines {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #onHour: () => void;
	readonly #logins: Queue;
	/** By the clock without our own pauses, in which nobody could come back. */
	readonly #detached: Queue;
	#nextHour = 0;
	#timer: { readonly at: number; readonly cancel: () => void } | undefined;

	/** `onHour` is called once an hour, while the disk takes writes. */
	constructor(parts: EngineParts, pipeline: Pipeline, onHour: () => void) {
		this.#parts = parts;
		this.#pipeline = pipeline;
		this.#onHour = onHour;
		this.#logins = new Queue(parts.clock);
		this.#detached = new Queue(parts.runningClock);
	}

	/** Goes on with every deadline in the state. */
	start(): void {
		for (const client of this.#parts.states.ordered.clientIds)
			this.#add(client);
		this.#lookThrough();
		this.#arm();
	}

	/** An event may have set a deadline. Must not append. */
	onOrdered(event: PlumeEvent): void {
		switch (event.type) {
			case "login.requested":
			case "login.resent":
			case "client.detached":
				this.#add(event.client);
				this.#arm();
		}
	}

	/** No command may see a login that has expired, however late the timer is. */
	expireIfDue(client: ClientId): void {
		// `matches` would take as long as reading the command did.
		if (this.#parts.states.ordered.client(client)?.value === "awaitingCode")
			this.#append([client]);
	}

	#add(client: ClientId): void {
		const { states, clock } = this.#parts;
		const deadline = deadlineOf(states.ordered, client);
		if (!deadline) return;
		const isLogin = deadline.event.type === "login.expired";
		const queue = isLogin ? this.#logins : this.#detached;
		queue.add(client, deadline.at - clock.now());
	}

	#append(clients: readonly ClientId[]): void {
		this.#pipeline.append(...dueEvents(this.#moment, clients));
	}

	get #moment() {
		const { states, clock, policy } = this.#parts;
		return { ...policy, state: states.ordered, now: clock.now() };
	}

	#run(): void {
		this.#append([...this.#logins.takeDue(), ...this.#detached.takeDue()]);
		if (this.#nextHour <= this.#parts.clock.now()) {
			this.#onHour();
			this.#lookThrough();
		}
		this.#arm();
	}

	/** Renews or closes sessions, and forgets rooms. */
	#lookThrough(): void {
		this.#nextHour = this.#parts.clock.now() + HOUR_MS;
		this.#pipeline.append(...sessionsDue(this.#moment));
		// The end of a session may have left a room empty.
		this.#pipeline.append(...roomsForgotten(this.#moment));
	}

	/** Sets the timer, unless it is set for an earlier time. */
	#arm(): void {
		const { clock } = this.#parts;
		const now = clock.now();
		const hourMs = this.#nextHour - now;
		const waitMs = Math.min(hourMs, this.#logins.waitMs, this.#detached.waitMs);
		const at = now + Math.max(0, waitMs);
		if (this.#timer && this.#timer.at <= at) return;
		this.#timer?.cancel();
		const cancel = clock.after(at - now, () => {
			this.#timer = undefined;
			this.#pipeline.whenWritable(() => this.#run());
		});
		this.#timer = { at, cancel };
	}
}
