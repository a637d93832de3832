/** What the engine and its commands work with beside the state. */
import { SlidingWindows } from "../rate-limit.ts";
import { Attachments } from "./attachments.ts";
import { Deadlines } from "./deadlines.ts";
import { Erasures } from "./erasures.ts";
import { LiveUpdates } from "./live-updates.ts";
import { Logins } from "./logins.ts";
import { Moderation } from "./moderation.ts";
import { Pages } from "./pages.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import { RequestLimits } from "./request-limits.ts";
import { Responder } from "./responder.ts";

export type Services = ReturnType<typeof makeServices>;

export function makeServices(parts: EngineParts, pipeline: Pipeline) {
	const logins = new Logins(pipeline, parts);
	const responder = new Responder(parts, pipeline, logins);
	const pages = new Pages(parts, pipeline, responder);
	const liveUpdates = new LiveUpdates(pipeline, parts);
	const attachments = new Attachments(pipeline, parts, pages, (room) =>
		liveUpdates.onJoined(room),
	);
	const requestLimits = new RequestLimits(parts);
	const deadlines = new Deadlines(parts, pipeline, () => {
		pages.catchUp();
		requestLimits.sweep(parts.clock.now());
	});
	const erasures = new Erasures(parts, pipeline, responder);
	return {
		...{ attachments, deadlines, liveUpdates, logins, pages },
		...{ requestLimits, responder },
		erasures,
		moderation: new Moderation(parts, pipeline, responder, erasures),
		/** Emails that were tried for a name that is somebody's. */
		guesses: new SlidingWindows(parts.clock),
	};
}
