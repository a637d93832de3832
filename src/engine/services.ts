/** What the engine and its commands work with beside the state. */
import { Notes } from "../push/notes.ts";
import { SlidingWindows } from "../rate-limit.ts";
import { Attachments } from "./attachments.ts";
import { Deadlines } from "./deadlines.ts";
import { Erasures } from "./erasures.ts";
import { LiveUpdates } from "./live-updates.ts";
import { Logins } from "./logins.ts";
import { Moderation } from "./moderation.ts";
import { OwnRooms } from "./own-rooms.ts";
import { OwnState } from "./own-state.ts";
import { Pages } from "./pages.ts";
import type { RunningParts } from "./parts.ts";
import { RequestLimits } from "./request-limits.ts";
import { Responder } from "./responder.ts";
import { RetentionSweep } from "./retention-sweep.ts";

export type Services = ReturnType<typeof makeServices>;

export function makeServices(parts: RunningParts) {
	const responder = new Responder(parts);
	const pages = new Pages({ ...parts, responder });
	const liveUpdates = new LiveUpdates(parts);
	const ownRooms = new OwnRooms(parts);
	const attachments = new Attachments({
		...{ ...parts, pages, liveUpdates, ownRooms },
	});
	const ownState = new OwnState({ ...parts, attachments });
	const notes = new Notes({ ...parts, ownRooms, ownState });
	const logins = new Logins({ ...parts, responder, attachments });
	const requestLimits = new RequestLimits(parts);
	const erasures = new Erasures(parts);
	const retention = new RetentionSweep(parts, erasures);
	const deadlines = new Deadlines(parts, () => {
		pages.catchUp();
		requestLimits.sweep(parts.clock.now());
		retention.sweep();
	});
	return {
		...{ attachments, deadlines, liveUpdates, logins, notes, ownRooms },
		...{ ownState, pages, requestLimits, responder, retention },
		erasures,
		moderation: new Moderation({
			...{ ...parts, responder, erasures, requestLimits },
		}),
		/** Emails that were tried for a name that is somebody's. */
		guesses: new SlidingWindows(parts.clock),
	};
}
