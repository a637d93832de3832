/** Whether the server works, for those who watch it. What it says has no personal data. */
import type { Express, Response } from "express";
import type { Log } from "../log/log.ts";
import type { LoadShedder } from "./load-shedder.ts";

/** Answered even while everything else is refused. */
export const HEALTH_PATHS: readonly string[] = ["/healthz", "/readyz"];

export class Health {
	isStopping = false;
	readonly #log: Pick<Log, "frozen" | "unverified">;
	readonly #load: Pick<LoadShedder, "isOverloaded">;

	constructor(
		log: Pick<Log, "frozen" | "unverified">,
		load: Pick<LoadShedder, "isOverloaded">,
	) {
		this.#log = log;
		this.#load = load;
	}

	/** Why it can't do its work at all. */
	get wrong(): string | undefined {
		return this.#log.frozen ? "the disk is full" : undefined;
	}

	/** Why nobody new should be sent here now. */
	get notReady(): string | undefined {
		if (this.isStopping) return "the server is stopping";
		if (this.wrong) return this.wrong;
		return this.#load.isOverloaded ? "the server is overloaded" : undefined;
	}

	addRoutes(app: Express): void {
		const answer = (response: Response, wrong: string | undefined) => {
			const unverified = this.#log.unverified || undefined;
			// A probe holds no connection that counts.
			response.set({ "Cache-Control": "no-store", Connection: "close" });
			response.status(wrong ? 503 : 200);
			response.json({ ok: !wrong, wrong, unverified });
		};
		app.get("/healthz", (_, response) => answer(response, this.wrong));
		app.get("/readyz", (_, response) => answer(response, this.notReady));
	}
}
