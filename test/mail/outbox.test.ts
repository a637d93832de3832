import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import type { Sender } from "../../src/mail/allowance.ts";
import {
	type LoginMail,
	MailError,
	type Mailer,
} from "../../src/mail/mailer.ts";
import { Outbox } from "../../src/mail/outbox.ts";
import { FakeClock } from "../fakes/clock.ts";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Counts the timers that are set. */
class CountingClock extends FakeClock {
	timers = 0;

	override after(delayMs: number, task: () => void): () => void {
		let set = true;
		const unset = () => {
			this.timers -= set ? 1 : 0;
			set = false;
		};
		this.timers += 1;
		const cancel = super.after(delayMs, () => {
			unset();
			task();
		});
		return () => {
			unset();
			cancel();
		};
	}
}

/** A mail service that takes everything at once, unless it is told to leave mails pending. */
class FakeMailer implements Mailer {
	readonly #clock: FakeClock;
	readonly sent: { readonly to: string; readonly at: number }[] = [];
	readonly pending: ((error?: Error) => void)[] = [];
	holds = false;
	aborted = 0;
	under = 0;
	most = 0;

	constructor(clock: FakeClock) {
		this.#clock = clock;
	}

	async send({ to }: LoginMail, signal: AbortSignal): Promise<void> {
		this.sent.push({ to, at: this.#clock.now() });
		if (!this.holds) return;
		this.most = Math.max(this.most, ++this.under);
		await new Promise<void>((resolve, reject) => {
			signal.addEventListener("abort", () => {
				this.aborted += 1;
				reject(new MailError("given up"));
			});
			this.pending.push((error) => {
				this.under -= 1;
				if (error) reject(error);
				else resolve();
			});
		});
	}
}

/** Someone on a network that is known. */
const near = (network: string): Sender => ({
	mailbox: "ada",
	networks: [network],
	...{ isHome: false, isNear: true, isKnown: false },
});

function open(limits: Partial<Limits> = {}) {
	const clock = new CountingClock();
	const mailer = new FakeMailer(clock);
	const now = { ...defaultLimits(), ...limits };
	const outbox = new Outbox(mailer, clock, now);
	const answers: { to: string; error: MailError | undefined; at: number }[] =
		[];
	const post = (who: string | Sender, to = `${who}`) => {
		const sender = typeof who === "string" ? near(who) : who;
		const mail = { to, name: "ada", code: "7KQ2M9", expiresInMinutes: 10 };
		outbox.post(mail, sender, (error) =>
			answers.push({ to, error, at: clock.now() }),
		);
	};
	/** Lets a whole second pass at a time, and what each sets off. */
	const pass = async (seconds: number) => {
		for (let second = 0; second < seconds; second++) {
			await settled();
			clock.advance(1000);
		}
		await settled();
	};
	const sentTo = () => mailer.sent.map(({ to }) => to);
	return { clock, mailer, outbox, answers, post, pass, sentTo, limits: now };
}

const many = (count: number, task: (n: number) => void) =>
	Array.from({ length: count }, (_, n) => task(n));

describe("the outbox", () => {
	it("sends a mail at once and says so once", async () => {
		const { post, answers, sentTo } = open();
		post("a");
		expect(answers).toEqual([]);
		await settled();
		expect(sentTo()).toEqual(["a"]);
		expect(answers).toEqual([
			{ to: "a", error: undefined, at: expect.anything() },
		]);
	});

	it("sends thirty mails at once, and one a second from then on", async () => {
		const { post, pass, sentTo } = open({ mailInFlight: 100 });
		many(40, (n) => post(`network ${n}`));
		await settled();
		expect(sentTo()).toHaveLength(30);
		await pass(4);
		expect(sentTo()).toHaveLength(34);
		await pass(60);
		expect(sentTo()).toHaveLength(40);
	});

	it("goes by the limits as they are now", async () => {
		const { post, pass, sentTo, limits } = open({ mailInFlight: 100 });
		Object.assign(limits, { mailBurst: 2, mailPerSecond: 3 });
		many(40, (n) => post(`network ${n}`));
		await settled();
		expect(sentTo()).toHaveLength(2);
		await pass(2);
		expect(sentTo()).toHaveLength(8);
	});

	it("tells how long a mail would wait, and refuses one that would wait over a minute", async () => {
		const { outbox, post, answers } = open();
		many(30, () => post("a"));
		await settled();
		expect(outbox.admit(near("a"))).toEqual({ waitMs: 1000 });
		many(59, () => post("a"));
		expect(outbox.admit(near("a"))).toEqual({ waitMs: 60_000 });
		expect(answers).toHaveLength(30);
		post("a");
		expect(outbox.admit(near("a"))).toBeUndefined();
		post("a", "one too many");
		expect(answers).toHaveLength(30);
		await settled();
		expect(answers.at(-1)).toMatchObject({
			to: "one too many",
			error: { message: expect.stringMatching(/too many/) },
		});
	});

	it("lets a thousand mails of one network delay those of another by no more than a turn", async () => {
		const { outbox, post, pass, sentTo } = open();
		many(1000, () => post("flood"));
		await settled();
		expect(outbox.admit(near("flood"))).toBeUndefined();
		expect(outbox.admit(near("other"))).toEqual({ waitMs: 2000 });
		post("other");
		post("other", "other again");
		await pass(4);
		expect(sentTo().slice(30)).toEqual([
			"flood",
			"other",
			"flood",
			"other again",
		]);
	});

	it("leaves half of the budget, and the first turn, to those who are known", async () => {
		const { post, pass, sentTo } = open({ mailInFlight: 100 });
		const stranger = (n: number) => ({ ...near(`bot ${n}`), isNear: false });
		many(60, (n) => post(stranger(n), "stranger"));
		await settled();
		expect(sentTo()).toHaveLength(15);
		post(near("a known network"), "near");
		post({ ...stranger(99), isKnown: true }, "known");
		await settled();
		expect(sentTo().slice(15)).toEqual(["near", "known"]);
		await pass(12);
		expect(sentTo().slice(17)).toEqual(Array(10).fill("stranger"));
	});

	it("leaves known networks their share while mails to known addresses are asked for everywhere", async () => {
		const { post, pass, sentTo } = open({ mailInFlight: 100 });
		const bot = (n: number) => ({
			...near(`bot ${n}`),
			...{ isNear: false, isKnown: true },
		});
		many(60, (n) => post(bot(n), "known"));
		await pass(10);
		const before = sentTo().length;
		expect(before).toBeLessThan(34);
		post(near("home"), "near");
		await settled();
		expect(sentTo().slice(before)).toEqual(["near"]);
	});

	it("takes a /48 for one network, though it is many smaller ones", async () => {
		const { post, pass, sentTo } = open();
		const block = (n: number) => ({
			...near("a"),
			networks: [`${n}`, "/56", "/48"],
		});
		many(90, (n) => post(block(n), "flood"));
		await settled();
		post(near("other"), "other");
		await pass(3);
		expect(sentTo().slice(30)).toEqual(["flood", "other", "flood"]);
	});

	it("has ten calls under way at most", async () => {
		const { mailer, post, pass } = open();
		mailer.holds = true;
		many(12, (n) => post(`network ${n}`));
		await settled();
		expect(mailer.most).toBe(10);
		mailer.pending[0]?.();
		await pass(0);
		expect(mailer.sent).toHaveLength(11);
		expect(mailer.most).toBe(10);
	});

	it("gives up on a call after ten seconds, and goes on with others", async () => {
		const { mailer, answers, post, clock, pass } = open();
		mailer.holds = true;
		many(11, (n) => post(`network ${n}`));
		await settled();
		clock.advance(9999);
		await settled();
		expect(answers).toEqual([]);
		mailer.holds = false;
		clock.advance(1);
		await settled();
		expect(mailer.aborted).toBe(10);
		expect(answers.filter(({ error }) => error)).toHaveLength(10);
		expect(answers[0]?.error?.message).toMatch(/did not answer within 10 s/);
		expect(answers.at(-1)).toMatchObject({
			to: "network 10",
			error: undefined,
		});
		for (const release of mailer.pending) release(new Error("too late"));
		await pass(1);
		expect(answers).toHaveLength(11);
	});

	it("cancels the time-out of a call that was answered", async () => {
		const { mailer, post, clock } = open();
		post("a");
		await settled();
		expect(clock.timers).toBe(0);
		clock.advance(60_000);
		expect(mailer.aborted).toBe(0);
	});

	it("sets one timer for all the mails that wait", async () => {
		const { outbox, post, clock, pass } = open();
		many(60, (n) => post(`network ${n % 7}`));
		await pass(3);
		expect(clock.timers).toBe(1);
		outbox.close();
		expect(clock.timers).toBe(0);
	});

	it("passes on what the mailer says, but of an unforeseen error only its kind", async () => {
		const { mailer, answers, post } = open();
		mailer.holds = true;
		post("a");
		post("b");
		mailer.pending[0]?.(new MailError("check MAIL_FROM"));
		mailer.pending[1]?.(new TypeError("ada@example.org"));
		await settled();
		expect(answers.map(({ error }) => error)).toEqual([
			new MailError("check MAIL_FROM"),
			new MailError("the mailer broke: TypeError"),
		]);
	});

	it("answers a mail that newcomers overtook for too long", async () => {
		const { answers, post, pass, sentTo } = open({
			mailBurst: 1,
			mailQueueSeconds: 5,
			mailTimeoutSeconds: 1,
		});
		many(6, (n) => post("flood", `flood ${n}`));
		for (let n = 0; n < 8; n++) {
			post(`newcomer ${n}`);
			await pass(1);
		}
		const last = answers.find(({ to }) => to === "flood 5");
		expect(last?.error?.message).toMatch(/waited too long/);
		expect(sentTo()).not.toContain("flood 5");
	});

	it("lifts the rate, but not the time-out, where limits are off", async () => {
		const { mailer, answers, post, clock } = open(defaultLimits(true));
		many(1000, () => post("a"));
		await settled();
		expect(mailer.sent).toHaveLength(1000);
		mailer.holds = true;
		post("a");
		clock.advance(10_000);
		await settled();
		expect(answers.at(-1)?.error).toBeInstanceOf(MailError);
	});

	it("answers everything when it is closed, and takes nothing more", async () => {
		const { mailer, outbox, answers, post, clock } = open();
		mailer.holds = true;
		many(50, () => post("a"));
		outbox.close();
		post("a");
		await settled();
		expect(outbox.admit(near("a"))).toBeUndefined();
		expect(mailer.aborted).toBe(10);
		expect(answers).toHaveLength(51);
		expect(answers.every(({ error }) => error instanceof MailError)).toBe(true);
		clock.advance(100_000);
		await settled();
		expect(mailer.sent).toHaveLength(10);
	});

	it("sends each mail at the very time it promised, if nobody else comes", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.nat(4), { maxLength: 60 }),
				fc.nat(4),
				async (others, own) => {
					const limits = { mailBurst: 3, mailInFlight: 1000 };
					const { outbox, post, pass, mailer, clock } = open(limits);
					for (const other of others) post(`network ${other}`);
					const start = clock.now();
					const promise = outbox.admit(near(`network ${own}`));
					post(`network ${own}`, "mine");
					await pass(61);
					const mine = mailer.sent.find(({ to }) => to === "mine");
					expect(mine?.at).toBe(promise && start + promise.waitMs);
				},
			),
			{ numRuns: 50 },
		);
	});

	const step = fc.oneof(
		fc.record({ post: fc.nat(5) }),
		fc.record({ wait: fc.integer({ min: 1, max: 5000 }) }),
		fc.record({ release: fc.nat(9), fails: fc.boolean() }),
		fc.record({ holds: fc.boolean() }),
	);

	it("keeps its promises whatever is posted, answered or left hanging", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
				const limits = { mailBurst: 5, mailInFlight: 3 };
				const { mailer, outbox, answers, post, clock } = open(limits);
				const start = clock.now();
				/** For each mail, how many had been sent when it was posted. */
				const before: number[] = [];
				for (const what of steps) {
					if ("post" in what) {
						const to = `${what.post} ${before.length}`;
						before.push(mailer.sent.length);
						post(`${what.post}`, to);
					} else if ("wait" in what) clock.advance(what.wait);
					else if ("holds" in what) mailer.holds = what.holds;
					else
						mailer.pending[what.release]?.(
							what.fails ? new MailError("no") : undefined,
						);
					await settled();
				}
				clock.advance(80_000);
				await settled();
				outbox.close();
				await settled();
				// Each is answered, and once.
				expect(new Set(answers.map(({ to }) => to)).size).toBe(before.length);
				expect(answers).toHaveLength(before.length);
				// Never more than the budget, in any stretch of time.
				mailer.sent.forEach(({ at }, n) => {
					for (const later of mailer.sent.slice(n + 5))
						expect(later.at).toBeGreaterThan(at);
					expect(n).toBeLessThan(5 + (at - start) / 1000 + 1e-6);
				});
				// While a network waits for its turn, no other has more than two.
				mailer.sent.forEach(({ to }, n) => {
					const [own, nth] = to.split(" ");
					let turns: Record<string, number> = {};
					for (const other of mailer.sent.slice(before[Number(nth)], n)) {
						const network = other.to.slice(0, 1);
						if (network === own) turns = {};
						else turns[network] = (turns[network] ?? 0) + 1;
						expect(turns[network] ?? 0).toBeLessThan(3);
					}
				});
				// One network's mails go out in the order they came.
				for (const network of ["0", "1", "2", "3", "4", "5"]) {
					const order = mailer.sent
						.filter(({ to }) => to.startsWith(`${network} `))
						.map(({ to }) => Number(to.slice(2)));
					expect(order).toEqual([...order].sort((a, b) => a - b));
				}
			}),
			{ numRuns: 100 },
		);
	});
});
