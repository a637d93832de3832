/**
 * What stands before the mail service: one budget for everybody's mails, so
 * that nobody can make Plume a nuisance, shared fairly between networks, so
 * that one that floods delays only itself. Mails asked for from a network
 * where someone logged in lately go first, then those to a known address;
 * half of the burst is kept for these two.
 *
 * A mail that would wait too long is refused up front. Each mail is answered
 * exactly once: taken by the mail service, or why not.
 */
import { TokenBucket } from "../bucket.ts";
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import type { Sender } from "./allowance.ts";
import { Lane } from "./lane.ts";
import { type LoginMail, MailError, type Mailer } from "./mailer.ts";

/** Called once, after `post` has returned; without an error when the mail was taken. */
export type Done = (error?: MailError) => void;

interface Waiting {
	readonly mail: LoginMail;
	/** The widest it was asked for from: who has a wide one is still one. */
	readonly network: string;
	readonly done: Done;
	readonly giveUpAt: number;
}

export class Outbox {
	readonly #mailer: Mailer;
	readonly #clock: Clock;
	readonly #limits: Limits;
	readonly #bucket: TokenBucket;
	/** The first lane that has a mail goes first. */
	readonly #lanes: readonly Lane<Waiting>[] = [0, 1, 2].map(() => new Lane());
	/** So many mails of the burst are left to the lanes before. */
	readonly #reserved: readonly number[];
	readonly #calls = new Set<AbortController>();
	#cancelWake: () => void = () => {};
	#closed = false;

	constructor(mailer: Mailer, clock: Clock, limits: Limits) {
		this.#mailer = mailer;
		this.#clock = clock;
		this.#limits = limits;
		const { mailPerSecond: perSecond, mailBurst: burst } = limits;
		this.#bucket = new TokenBucket({ perSecond, burst }, clock);
		const known = 1 - limits.mailStrangersPercent / 100;
		this.#reserved = [0, known / 2, known].map((part) =>
			Math.floor(burst * part),
		);
	}

	/** Would a mail be taken, and how long would it wait if nobody else came and the mail service were quick? */
	admit(sender: Sender): { readonly waitMs: number } | undefined {
		const own = laneOf(sender);
		let tokens = 1 + (this.#reserved[own] ?? 0);
		tokens += this.#lanes[own]?.ahead(widest(sender)) ?? 0;
		for (const lane of this.#lanes.slice(0, own)) tokens += lane.length;
		const waitMs = this.#bucket.waitMs(tokens);
		const refused =
			this.#closed || waitMs > this.#limits.mailQueueSeconds * 1000;
		return refused ? undefined : { waitMs };
	}

	post(mail: LoginMail, sender: Sender, done: Done): void {
		if (!this.admit(sender)) {
			answer(done, "too many mails are waiting to be sent");
			return;
		}
		// The time-out is grace for slow calls and late timers.
		const { mailQueueSeconds, mailTimeoutSeconds } = this.#limits;
		const patienceMs = (mailQueueSeconds + mailTimeoutSeconds) * 1000;
		const giveUpAt = this.#clock.now() + patienceMs;
		const network = widest(sender);
		this.#lanes[laneOf(sender)]?.add({ mail, network, done, giveUpAt });
		this.#pump();
	}

	/** Takes no more, and gives up on every mail that waits or is on its way. */
	close(): void {
		this.#closed = true;
		this.#cancelWake();
		this.#answerAll(() => true, "the server is stopping");
		for (const call of this.#calls) call.abort("the server is stopping");
	}

	#answerAll(isOver: (waiting: Waiting) => boolean, why: string): void {
		for (const lane of this.#lanes)
			for (const { done } of lane.remove(isOver)) answer(done, why);
	}

	#pump(): void {
		const now = this.#clock.now();
		// Others went before them for so long that the person has given up.
		this.#answerAll(({ giveUpAt }) => giveUpAt < now, "it waited too long");

		while (this.#calls.size < this.#limits.mailInFlight) {
			const first = this.#lanes.findIndex(({ length }) => length > 0);
			const waitMs = this.#bucket.waitMs(1 + (this.#reserved[first] ?? 0));
			if (waitMs > 0) {
				this.#cancelWake();
				this.#cancelWake = this.#clock.after(waitMs, () => this.#pump());
				return;
			}
			const next = this.#lanes[first]?.shift();
			if (!next) return;
			this.#bucket.take();
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

const widest = ({ networks }: Sender) => networks.at(-1) ?? "";

const laneOf = ({ isNear, isKnown }: Sender) => (isNear ? 0 : isKnown ? 1 : 2);

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
