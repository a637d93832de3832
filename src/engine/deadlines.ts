/**
 * What happens by the clock alone: a login expires, a client whose connection
 * was lost leaves its room, and once an hour sessions and unused rooms are
 * looked through. One timer wakes for all of it. The state says what is due; the
 * clients with a deadline are kept at hand, so that the others are not scanned.
 */
import type {
	ClientId,
	ClientLeft,
	PlumeEvent,
} from "../../machines/events.ts";
import type { Entry } from "../log/log.ts";
import { HOUR_MS } from "../rate-limit.ts";
import type { View } from "./commands/decision.ts";
import { invitationsDue } from "./commands/invitations.ts";
import { roomsForgotten } from "./commands/rooms.ts";
import { sessionsDue } from "./commands/sessions.ts";
import { type RunningParts, viewOf } from "./parts.ts";
import type { State } from "./state.ts";

/** Each wake scans all deadlines, so thousands of them, a moment apart, share some. */
const SHORTEST_WAIT_MS = 20;

interface Deadline {
	/** Milliseconds since 1970. */
	readonly at: number;
	/** What happens then. */
	readonly event:
		| Omit<PlumeEvent<"login.expired">, "time">
		| Omit<ClientLeft, "time">;
}

type Pending = {
	readonly type: Deadline["event"]["type"];
	readonly at: number;
};

/** The deadline that a client has, if it has one. */
function deadlineOf(state: State, client: ClientId): Deadline | undefined {
	const snapshot = state.client(client);
	if (snapshot?.value === "awaitingCode") {
		const event = { type: "login.expired", client, why: "deadline" } as const;
		return { at: snapshot.context.expires, event };
	}
	if (!snapshot) return undefined;
	// Only a client in a room has one. That is not asked, because `matches` is slow.
	const { room } = snapshot.context;
	const { deadline } = state.room(room)?.context.members.get(client) ?? {};
	if (deadline === undefined) return undefined;
	const event = { type: "client.left", room, client, why: "closed" } as const;
	return { at: deadline, event };
}

/** The events that are due now for these clients. */
export function dueEvents(
	{ state, now: time }: Pick<View, "state" | "now">,
	clients: readonly ClientId[],
): readonly Entry[] {
	return clients.flatMap((client): Entry[] => {
		const deadline = deadlineOf(state, client);
		if (!deadline || time < deadline.at) return [];
		return [{ event: { ...deadline.event, time } }];
	});
}

export class Deadlines {
	readonly #parts: RunningParts;
	readonly #onHour: () => void;
	/** Each client's deadline, by the clock that `#now` has for events of its type. */
	readonly #pending = new Map<ClientId, Pending>();
	#nextHour = 0;
	#isOn = false;
	#timer: { readonly at: number; readonly cancel: () => void } | undefined;

	/** `onHour` is called once an hour, while the disk takes writes. */
	constructor(parts: RunningParts, onHour: () => void) {
		this.#parts = parts;
		this.#onHour = onHour;
	}

	/** Takes up every deadline that is in the state. */
	start(): void {
		this.#isOn = true;
		for (const client of this.#parts.states.ordered.clients.keys())
			this.#update(client);
		this.#lookThrough();
	}

	/** Leaves them to another node. */
	stop(): void {
		this.#isOn = false;
		this.#pending.clear();
		this.#timer?.cancel();
		this.#timer = undefined;
	}

	/** An event may set a client's deadline, or end it. Must not append. */
	onOrdered(event: PlumeEvent): void {
		if (!this.#isOn) return;
		if ("client" in event && event.type !== "message.posted")
			this.#update(event.client);
		if (event.type !== "clients.detached") return;
		const room = this.#parts.states.ordered.room(event.room);
		for (const client of room?.context.members.keys() ?? [])
			this.#update(client);
	}

	/** Call before a command is decided: it must not see a login that has expired, however late the timer is. */
	expireIfDue(client: ClientId): void {
		if (this.#parts.states.ordered.client(client)?.value === "awaitingCode")
			this.#parts.pipeline.append(dueEvents(viewOf(this.#parts), [client]));
	}

	/** The time for each type of event. Nobody can resume while our own process is paused, so such pauses do not count for detached clients. */
	get #now(): Readonly<Record<Pending["type"], number>> {
		const { clock, runningClock } = this.#parts;
		return {
			"login.expired": clock.now(),
			"client.left": runningClock.now(),
		};
	}

	#update(client: ClientId): void {
		const { states, clock } = this.#parts;
		const deadline = deadlineOf(states.ordered, client);
		this.#pending.delete(client);
		if (!deadline) return;
		const { type } = deadline.event;
		const waitMs = deadline.at - clock.now();
		this.#pending.set(client, { type, at: this.#now[type] + waitMs });
		this.#wakeWithin(waitMs);
	}

	#run(): void {
		const now = this.#now;
		const due: ClientId[] = [];
		let waitMs = Number.POSITIVE_INFINITY;
		for (const [client, { type, at }] of this.#pending)
			if (at <= now[type]) due.push(client);
			else waitMs = Math.min(waitMs, at - now[type]);
		this.#parts.pipeline.append(dueEvents(viewOf(this.#parts), due));
		if (this.#nextHour <= now["login.expired"]) {
			this.#onHour();
			this.#lookThrough();
		}
		const hourMs = this.#nextHour - now["login.expired"];
		this.#wakeWithin(Math.max(SHORTEST_WAIT_MS, Math.min(waitMs, hourMs)));
	}

	/** Renews or closes sessions, and forgets rooms. */
	#lookThrough(): void {
		const { clock, pipeline } = this.#parts;
		this.#nextHour = clock.now() + HOUR_MS;
		for (const some of sessionsDue(viewOf(this.#parts))) pipeline.append(some);
		// Each alone: all that are due at once may be more than a batch may have.
		for (const one of invitationsDue(viewOf(this.#parts)))
			pipeline.append([one]);
		// The end of a session may have left a room empty.
		for (const one of roomsForgotten(viewOf(this.#parts)))
			pipeline.append([one]);
		this.#wakeWithin(HOUR_MS);
	}

	/** Sets the timer, unless it is set for an earlier time. */
	#wakeWithin(waitMs: number): void {
		const { clock } = this.#parts;
		const at = clock.now() + Math.max(0, waitMs);
		if (this.#timer && this.#timer.at <= at) return;
		this.#timer?.cancel();
		const cancel = clock.after(Math.max(0, waitMs), () => {
			this.#timer = undefined;
			this.#parts.pipeline.whenWritable(() => this.#run());
		});
		this.#timer = { at, cancel };
	}
}
