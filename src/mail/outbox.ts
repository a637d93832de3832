/**
 * The queue before the mail service. One rate limit for all mails keeps Plume
 * from being used to annoy people; networks share it fairly, so that one that
 * floods delays only itself. Mails for networks where someone logged in lately
 * go first, then those to known addresses; half of the burst is reserved for
 * these two.
 *
 * A mail that would wait too long is refused at once. `done` is called exactly
 * once for each mail.
 */

import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { DailySum, rateOf, TokenBucket } from "../rate-limit.ts";
import type { Sender } from "./allowance.ts";
import { type LoginMail, MailError, type Mailer } from "./mailer.ts";

/** Called once, after `post` has returned; without an error if the service accepted the mail. */
export type Done = (error?: MailError) => void;

/** When a mail's turn is. In each round, each network has one mail of each lane. */
interface Turn {
	/** The sender's widest network: all its parts may belong to one customer. */
	readonly network: string;
	/** Lower lanes go first. */
	readonly lane: number;
	readonly round: number;
}

interface Waiting extends Turn {
	readonly mail: LoginMail;
	readonly done: Done;
	readonly giveUpAt: number;
}

type Outcome = keyof Outbox["outcomes"];

export class Outbox {
	readonly #mailer: Mailer;
	readonly #clock: Clock;
	readonly #limits: Limits;
	readonly #bucket: TokenBucket;
	/** How many mails came to which end since the start. */
	readonly outcomes = { sent: 0, failed: 0, timedOut: 0, dropped: 0 };
	readonly #lastDay = new Map<Outcome | "printed", DailySum>();
	/** In the order of sending. */
	#waiting: readonly Waiting[] = [];
	/** The round of the last mail that each lane sent. */
	readonly #rounds = [0, 0, 0];
	readonly #calls = new Set<AbortController>();
	#cancelTimer: () => void = () => {};
	#closed = false;

	constructor(mailer: Mailer, clock: Clock, limits: Limits) {
		this.#mailer = mailer;
		this.#clock = clock;
		this.#limits = limits;
		const rate = rateOf(limits, "mailPerSecond", "mailBurst");
		this.#bucket = new TokenBucket(rate, clock);
	}

	/** How many mails of the burst are reserved for lower lanes. */
	#reserved(lane: number): number {
		const { mailBurst, mailStrangersPercent } = this.#limits;
		const known = 1 - mailStrangersPercent / 100;
		return Math.floor((mailBurst * known * lane) / 2);
	}

	/** Whether a mail would be accepted, and its wait if nobody else requested one and the service were quick. */
	admit(sender: Sender): { readonly waitMs: number } | undefined {
		const { lane, ahead } = this.#turnOf(sender);
		const tokens = 1 + this.#reserved(lane) + ahead.length;
		const waitMs = this.#bucket.waitMs(tokens);
		const refused =
			this.#closed || waitMs > this.#limits.mailQueueSeconds * 1000;
		return refused ? undefined : { waitMs };
	}

	post(mail: LoginMail, sender: Sender, done: Done): void {
		if (!this.admit(sender)) {
			this.#drop(done, "too many mails are waiting to be sent");
			return;
		}
		// The time-out leaves room for slow calls and late timers.
		const { mailQueueSeconds, mailTimeoutSeconds } = this.#limits;
		const patienceMs = (mailQueueSeconds + mailTimeoutSeconds) * 1000;
		const giveUpAt = this.#clock.now() + patienceMs;
		const { ahead, ...turn } = this.#turnOf(sender);
		const after = this.#waiting.slice(ahead.length);
		this.#waiting = [...ahead, { ...turn, mail, done, giveUpAt }, ...after];
		this.#pump();
	}

	/** The same for the last 24 hours, as long as it runs. */
	get lastDay(): Readonly<Record<string, number>> {
		const sumOf = (day: DailySum) => day.sum(this.#clock.now());
		return Object.fromEntries(
			[...this.#lastDay].map(([k, day]) => [k, sumOf(day)]),
		);
	}

	#count(outcome: Outcome): void {
		const isPrinted = outcome === "sent" && this.#mailer.prints;
		const said = isPrinted ? "printed" : outcome;
		const day = this.#lastDay.get(said) ?? new DailySum();
		day.add(this.#clock.now(), 1);
		this.#lastDay.set(said, day);
		this.outcomes[outcome]++;
	}

	/** Accepts no more mails, and gives up on those that wait or are being sent. */
	close(): void {
		this.#closed = true;
		this.#cancelTimer();
		this.#answerAll(() => true, "the server is stopping");
		for (const call of this.#calls) call.abort("the server is stopping");
	}

	#turnOf({ networks, isNear, isKnown }: Sender) {
		const network = networks.at(-1) ?? "";
		const lane = isNear ? 0 : isKnown ? 1 : 2;
		const own = this.#waiting.findLast(
			(other) => other.lane === lane && other.network === network,
		);
		const round = (own?.round ?? this.#rounds[lane] ?? 0) + 1;
		const ahead = this.#waiting.filter(
			(other) =>
				other.lane < lane || (other.lane === lane && other.round <= round),
		);
		return { network, lane, round, ahead };
	}

	#answerAll(isOver: (waiting: Waiting) => boolean, why: string): void {
		const over = this.#waiting.filter(isOver);
		this.#waiting = this.#waiting.filter((waiting) => !over.includes(waiting));
		for (const { done } of over) this.#drop(done, why);
	}

	/** Asynchronous, so that `done` is never called before `post` returns. */
	#drop(done: Done, why: string): void {
		this.#count("dropped");
		queueMicrotask(() => done(new MailError(why)));
	}

	#pump(): void {
		const now = this.#clock.now();
		// Other mails went first for so long that the person has given up.
		this.#answerAll(({ giveUpAt }) => giveUpAt < now, "it waited too long");

		while (this.#calls.size < this.#limits.mailInFlight) {
			const [next, ...others] = this.#waiting;
			if (!next) return;
			const { lane, round } = next;
			const waitMs = this.#bucket.waitMs(1 + this.#reserved(lane));
			if (waitMs > 0) {
				this.#cancelTimer();
				this.#cancelTimer = this.#clock.after(waitMs, () => this.#pump());
				return;
			}
			this.#waiting = others;
			this.#rounds[lane] = round;
			this.#bucket.take();
			void this.#send(next);
		}
	}

	async #send({ mail, done }: Waiting): Promise<void> {
		const call = new AbortController();
		const { signal } = call;
		this.#calls.add(call);
		const seconds = this.#limits.mailTimeoutSeconds;
		const cancelTimeout = this.#clock.after(seconds * 1000, () =>
			call.abort(`the mail service did not answer within ${seconds} s`),
		);
		const error = await this.#mailer
			.send(mail, signal)
			.then(() => undefined, mailError);
		cancelTimeout();
		this.#calls.delete(call);
		this.#pump();
		const failure = signal.aborted ? "timedOut" : "failed";
		this.#count(error ? failure : "sent");
		done(error && signal.aborted ? new MailError(signal.reason) : error);
	}
}

/** Keeps only the kind of an unexpected error, which may quote the mail. */
function mailError(thrown: unknown): MailError {
	if (thrown instanceof MailError) return thrown;
	const kind = thrown instanceof Error ? thrown.name : typeof thrown;
	return new MailError(`the mailer broke: ${kind}`);
}
