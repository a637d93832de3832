/**
 * Whether the server works, and whether it can take in newcomers. Its event
 * loop is overloaded when most of the latest timers fired late: a long
 * collection of garbage, or a pause of the process, delays only one of them.
 */
import type { Express, Response } from "express";
import type { Clock } from "../clock.ts";
import type { Cluster, Reporter } from "../engine/parts.ts";
import type { Limits } from "../limits.ts";
import type { Log } from "../log/log.ts";

/** Answered even while everything else is refused. */
export const HEALTH_PATHS: readonly string[] = ["/healthz", "/readyz"];

const SAMPLE_MS = 100;
/** Odd, so that more than half of them are late or are not. */
const SAMPLES = 9;

export interface HealthParts {
	readonly clock: Clock;
	readonly limits: Pick<Limits, "sheddingDelayMilliseconds">;
	readonly log: Pick<Log, "frozen" | "unverified">;
	readonly cluster?: Pick<Cluster, "wrong" | "isFrozen"> | undefined;
	readonly report: Reporter;
}

export class Health {
	isOverloaded = false;
	isStopping = false;
	/** Hears how late each timer fired, in milliseconds. */
	onSample: ((delayMs: number) => void) | undefined;
	readonly #parts: HealthParts;
	#samples: readonly number[] = Array(SAMPLES).fill(0);
	#cancel: () => void;

	constructor(parts: HealthParts) {
		this.#parts = parts;
		this.#cancel = this.#sample();
	}

	close(): void {
		this.#cancel();
	}

	/** Why it can't do its work at all. */
	get wrong(): string | undefined {
		const { log, cluster } = this.#parts;
		const isFrozen = log.frozen || cluster?.isFrozen;
		return isFrozen ? "the disk takes no writes" : undefined;
	}

	/** Why nobody new should be sent here now. */
	get notReady(): string | undefined {
		if (this.isStopping) return "the server is stopping";
		const wrong = this.wrong ?? this.#parts.cluster?.wrong;
		if (wrong) return wrong;
		return this.isOverloaded ? "the server is overloaded" : undefined;
	}

	addRoutes(app: Express): void {
		const answer = (response: Response, wrong: string | undefined) => {
			const unverified = this.#parts.log.unverified || undefined;
			// A probe holds no connection that counts.
			response.set({ "Cache-Control": "no-store", Connection: "close" });
			response.status(wrong ? 503 : 200);
			response.json({ ok: !wrong, wrong, unverified });
		};
		app.get("/healthz", (_, response) => answer(response, this.wrong));
		app.get("/readyz", (_, response) => answer(response, this.notReady));
	}

	#sample(): () => void {
		const { clock } = this.#parts;
		const due = clock.now() + SAMPLE_MS;
		return clock.after(SAMPLE_MS, () => {
			this.#judge(clock.now() - due);
			this.#cancel = this.#sample();
		});
	}

	#judge(delayMs: number): void {
		this.onSample?.(delayMs);
		this.#samples = [...this.#samples.slice(1), delayMs];
		const { limits, report } = this.#parts;
		const limitMs = limits.sheddingDelayMilliseconds;
		const bound = this.isOverloaded ? limitMs / 2 : limitMs;
		const late = this.#samples.filter((ms) => ms > bound).length;
		if (late > SAMPLES / 2 === this.isOverloaded) return;
		this.isOverloaded = !this.isOverloaded;
		if (this.isOverloaded) report.warn({}, "overloaded: newcomers are refused");
		else report.info({}, "not overloaded any more: newcomers get in");
	}
}
