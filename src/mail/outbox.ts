/**
 * What stands before the mail service: one budget for everybody's mails, so
 * that nobody can make Plume a nuisance, shared fairly between networks, so
 * that one that floods delays only itself.
 *
 * A mail that would wait too long is refused up front. Each mail is answered
 * exactly once: taken by the mail service, or why not.
 */
import { TokenBucket } from "../bucket.ts";
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { type LoginMail, MailError, type Mailer } from "./mailer.ts";

/** Called once, after `post` has returned; without an error when the mail was taken. */
export type Done = (error?: MailError) => void;

interface Waiting {
	readonly mail: LoginMail;
	readonly network: string;
	readonly done: Done;
	/** A network has one mail in each round. */
	readonly round: number;
	readonly giveUpAt: number;
}

export class Outbox {
	readonly #mailer: Mailer;
	readonly #clock: Clock;
	readonly #limits: Limits;
	readonly #bucket: TokenBucket;
	/** By round; within a round, first come, first served. */
	#waiting: Waiting[] = [];
	#round = 0;
	readonly #calls = new Set<AbortController>();
	#cancelWake: () => void = () => {};
	#closed = false;

	constructor(mailer: Mailer, clock: Clock, limits: Limits) {
		this.#mailer = mailer;
		this.#clock = clock;
		this.#limits = limits;
		const { mailPerSecond: perSecond, mailBurst: burst } = limits;
		this.#bucket = new TokenBucket({ perSecond, burst }, clock);
	}

	/** Would a mail be taken, and how long would it wait if no other network came and the mail service were quick? */
	admit(network: string): { readonly waitMs: number } | undefined {
		const waitMs = this.#bucket.waitMs(this.#place(network).ahead + 1);
		const refused =
			this.#closed || waitMs > this.#limits.mailQueueSeconds * 1000;
		return refused ? undefined : { waitMs };
	}

	post(mail: LoginMail, network: string, done: Done): void {
		if (!this.admit(network)) {
			answer(done, "too many mails are waiting to be sent");
			return;
		}
		const { round, ahead } = this.#place(network);
		// The time-out is grace for slow calls and late timers.
		const { mailQueueSeconds, mailTimeoutSeconds } = this.#limits;
		const patienceMs = (mailQueueSeconds + mailTimeoutSeconds) * 1000;
		const giveUpAt = this.#clock.now() + patienceMs;
		this.#waiting.splice(ahead, 0, { mail, network, done, round, giveUpAt });
		this.#pump();
	}

	/** Takes no more, and gives up on every mail that waits or is on its way. */
	close(): void {
		this.#closed = true;
		this.#cancelWake();
		for (const { done } of this.#waiting.splice(0))
			answer(done, "the server is stopping");
		for (const call of this.#calls) call.abort("the server is stopping");
	}

	/** The round a network's next mail is due in, and how many go before it. */
	#place(network: string): { round: number; ahead: number } {
		const last = this.#waiting.findLast((other) => other.network === network);
		const round = (last?.round ?? this.#round) + 1;
		const after = this.#waiting.findIndex((other) => other.round > round);
		return { round, ahead: after < 0 ? this.#waiting.length : after };
	}

	#pump(): void {
		const now = this.#clock.now();
		// Others went before them for so long that the person has given up.
		const late = this.#waiting.filter(({ giveUpAt }) => giveUpAt < now);
		this.#waiting = this.#waiting.filter(({ giveUpAt }) => giveUpAt >= now);
		for (const { done } of late) answer(done, "it waited too long");

		while (this.#calls.size < this.#limits.mailInFlight) {
			const next = this.#waiting[0];
			if (!next) return;
			const waitMs = this.#bucket.take();
			if (waitMs !== undefined) {
				this.#cancelWake();
				this.#cancelWake = this.#clock.after(waitMs, () => this.#pump());
				return;
			}
			this.#waiting.shift();
			this.#round = next.round;
			void this.#send(next);
		}
	}

	async #send({ mail, done }: Waiting): Promise<void> {
		const call = new AbortController();
		const { signal } = call;
		this.#calls.add(call);
		const aborted = new Promise<MailError>((resolve) => {
			signal.addEventListener("abort", () =>
				resolve(new MailError(String(signal.reason))),
			);
		});
		const seconds = this.#limits.mailTimeoutSeconds;
		const cancelTimeout = this.#clock.after(seconds * 1000, () =>
			call.abort(`the mail service did not answer within ${seconds} s`),
		);
		const sent = this.#mailer
			.send(mail, signal)
			.then(() => undefined, mailError);
		const error = await Promise.race([aborted, sent]);
		cancelTimeout();
		this.#calls.delete(call);
		this.#pump();
		done(error);
	}
}

/** Later, so that who posts need not expect to be called back at once. */
function answer(done: Done, why: string): void {
	queueMicrotask(() => done(new MailError(why)));
}

/** An error nobody foresaw may quote the mail: only its kind is kept. */
function mailError(thrown: unknown): MailError {
	if (thrown instanceof MailError) return thrown;
	const kind = thrown instanceof Error ? thrown.name : typeof thrown;
	return new MailError(`the mailer broke: ${kind}`);
}
