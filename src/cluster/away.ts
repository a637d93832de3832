/** Who is away, where an edge and the sequencer meet again: each knows best about the clients that the edge carries, or does not. */
import type { ClientId } from "../../machines/events.ts";
import type { Activity } from "../engine/parts.ts";

/** What the edge tells the sequencer, and what it learns from it. */
export function awayAnew(
	own: ReadonlySet<ClientId | undefined>,
	here: readonly Activity[],
	there: readonly Activity[],
) {
	const isOwn = ({ client }: Activity) => own.has(client);
	const isOther = (one: Activity) => !isOwn(one);
	return {
		tell: [...here.filter(isOwn), ...cameBack(there.filter(isOwn), here)],
		learn: [...there.filter(isOther), ...cameBack(here.filter(isOther), there)],
	};
}

/** Those who were away and are not any more. */
function cameBack(before: readonly Activity[], now: readonly Activity[]) {
	const away = new Set(now.map(({ client }) => client));
	return before
		.filter(({ client }) => !away.has(client))
		.map((one) => ({ ...one, away: false }));
}
