/**
 * What this tab has to send to one room. Lines are numbered from the last
 * accepted number, stored before they are sent, and sent again under the same
 * number after a lost connection, so that each is posted once. A refused
 * number stays free: lines sent after it are refused too, and numbered anew
 * once all are answered. An accepted line stays in the outbox while missed
 * messages still arrive, because the timeline does not show it until then.
 */

import type { Said } from "../machines/message.ts";
import { t } from "./words.ts";

export interface PendingLine {
	readonly text: string;
	/** The client that sends it, or "" before there is one. */
	readonly by: string;
	/** The number it was sent under, or 0. */
	readonly n: number;
	/** Why it was refused, in words; "" while it is to be sent. */
	readonly why: string;
	/** When it may be sent again, if that was told: until then, or until the room accepts another, it is true why. 0 once it is not. */
	readonly until?: number | undefined;
	/** The person was muted, perhaps without an end: over as well once the room accepts another. */
	readonly isMute?: boolean | undefined;
	/** The offset of what it answers. */
	readonly replyTo?: number | undefined;
	/** The epoch of the room when that was chosen. */
	readonly epoch?: string | undefined;
}

export interface Refusal {
	readonly n: number;
	readonly words: string;
	/** The number that the room accepts next, if that was the reason. */
	readonly expected: number | undefined;
	/** Milliseconds after which the same text may be sent again. */
	readonly retryAfter: number | undefined;
	readonly isMute?: boolean;
}

interface World {
	save(lines: readonly PendingLine[]): void;
	send(line: Pick<PendingLine, "text" | "n" | "replyTo">): void;
	wait(ms: number, then: () => void): void;
}

/** Unanswered lines at most. */
const WINDOW = 8;

/** A line is sent again by itself after up to this wait; for longer ones the person decides. */
const PATIENCE_MS = 10_000;

export const TOO_LATE = t("outbox.late");
const OUT = t("outbox.out");

/** What a line is that is to be numbered and sent. */
const free = { n: 0, why: "", until: undefined, isMute: undefined };

const isOpen = ({ why }: PendingLine) => why === "";

export class Outbox {
	lines: readonly PendingLine[];
	readonly #world: World;
	#client: string;
	/** The last number that the room accepted. */
	#last = 0;
	#epoch = "";
	#isOnline = false;
	/** Missed messages have arrived: what is accepted from here on is shown, too. */
	#isLive = false;
	/** A line was refused, and so will be those sent after it. */
	#isBlocked = false;
	/** A line was refused for now: until none waits, one is sent at a time. */
	#isSlow = false;
	#pauses = 0;

	/** `lines` and `client` are what this tab has stored. */
	constructor(lines: readonly PendingLine[], client: string, world: World) {
		this.lines = lines;
		this.#client = client;
		this.#world = world;
	}

	/** `answered` is the message that it answers. */
	add(text: string, answered?: Pick<Said, "epoch" | "offset">): void {
		const { epoch, offset: replyTo } = answered ?? {};
		this.#append([{ text, by: "", n: 0, why: "", replyTo, epoch }]);
	}

	#append(lines: readonly PendingLine[]): void {
		const by = this.#client;
		const fresh = lines.map((line) => ({ ...line, ...free, by }));
		this.#update([...this.lines, ...fresh]);
	}

	/**
	 * The room is open and has accepted up to `last` from this client. Lines of
	 * another client may belong to an earlier login, so the person decides.
	 */
	welcome(client: string, last: number, epoch: string): void {
		this.#client = client;
		this.#epoch = epoch;
		this.#last = last;
		this.#isOnline = true;
		this.#isLive = false;
		this.#isBlocked = false;
		this.#update(
			this.lines.map((line) => {
				if (isAccepted(line, client, last)) return line;
				if (line.by === "" || line.by === client) return { ...line, n: 0 };
				return { ...line, why: line.why || TOO_LATE };
			}),
		);
	}

	/** The person was out of the room: once they are in it again, they decide about each line. */
	hold(): void {
		this.#update(this.lines.map((line) => ({ ...line, why: line.why || OUT })));
	}

	/** All missed messages have arrived. */
	caughtUp(): void {
		this.#isLive = true;
		this.shown(this.#last);
	}

	disconnected(): void {
		this.#isOnline = false;
	}

	/** The room has accepted everything up to `n` from this client. */
	accepted(n: number): void {
		this.#take(n);
		if (!this.#isLive) this.#update(this.lines);
		else this.shown(n);
	}

	#take(n: number): void {
		if (n <= this.#last) return;
		this.#last = n;
		// Whatever was said of a time is over.
		this.lines = this.lines.map((line) =>
			line.until || line.isMute ? { ...line, until: 0 } : line,
		);
	}

	/** The timeline shows everything up to `n` from `client`. */
	shown(n: number, client = this.#client): void {
		if (client === this.#client) this.#take(n);
		const waiting = this.lines.filter((line) => !isAccepted(line, client, n));
		if (waiting.length < this.lines.length) this.#update(waiting);
	}

	/** The bot has told the person something of itself, perhaps that they may speak again: a mute is not why any more. */
	unmuted(): void {
		if (!this.#isLive) return;
		this.#update(
			this.lines.map((line) => (line.isMute ? { ...line, until: 0 } : line)),
		);
	}

	/** Returns whether the line is sent again after a pause. */
	refused({ n, words, expected, retryAfter, isMute }: Refusal): boolean {
		const refused = this.#unanswered().find((line) => line.n === n);
		if (!refused) return false;
		this.#isBlocked = true;
		if (expected !== undefined) this.#last = expected - 1;
		const isWaiting = retryAfter !== undefined && retryAfter <= PATIENCE_MS;
		if (isWaiting) this.#pause(retryAfter);
		const why = isWaiting || expected !== undefined ? "" : words;
		const until = why && retryAfter ? Date.now() + retryAfter : undefined;
		const now = { n: 0, why, until, isMute: why !== "" && isMute };
		const after = { ...refused, ...now };
		this.#update(this.lines.map((line) => (line === refused ? after : line)));
		return isWaiting;
	}

	/** Sends the refused lines again, after all others. */
	retry(): void {
		const refused = this.#refused;
		this.drop();
		this.#append(refused);
	}

	/** Removes the refused lines, and returns them. */
	drop(): readonly PendingLine[] {
		const refused = this.#refused;
		this.#update(this.lines.filter(isOpen));
		return refused;
	}

	get #refused(): readonly PendingLine[] {
		return this.lines.filter((line) => !isOpen(line));
	}

	#pause(ms: number): void {
		this.#isSlow = true;
		this.#pauses += 1;
		this.#world.wait(ms, () => {
			this.#pauses -= 1;
			this.#update(this.lines);
		});
	}

	#unanswered(): readonly PendingLine[] {
		return this.lines.filter((line) => isOpen(line) && line.n > this.#last);
	}

	/** Numbers the lines that can be sent now, saves all, and then sends those. */
	#update(lines: readonly PendingLine[]): void {
		this.lines = lines;
		const unanswered = this.#unanswered().length;
		if (unanswered === 0) this.#isBlocked = false;
		if (!lines.some(isOpen)) this.#isSlow = false;
		const window = this.#isSlow ? 1 : WINDOW;
		const due: PendingLine[] = [];
		if (this.#isOnline && !this.#isBlocked && this.#pauses === 0) {
			let n = this.#last + unanswered;
			this.lines = lines.map((line) => {
				const isFull = due.length >= window - unanswered;
				if (!isOpen(line) || line.n > 0 || isFull) return line;
				n += 1;
				// In another epoch another message may stand there.
				const replyTo = line.epoch === this.#epoch ? line.replyTo : undefined;
				const sent = { ...line, by: this.#client, n, replyTo };
				due.push(sent);
				return sent;
			});
		}
		this.#world.save(this.lines);
		for (const line of due) this.#world.send(line);
	}
}

function isAccepted(line: PendingLine, client: string, last: number): boolean {
	return line.by === client && line.n > 0 && line.n <= last;
}
