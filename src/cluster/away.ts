/** Who is away, where an edge and the sequencer meet again: each knows best about the clients that the edge carries, or does not. */
import type { ClientId } from "../../machines/events.ts";
import type { Engine } from "../engine/engine.ts";
import type { Activity } from "../engine/parts.ts";

type Own = ReadonlySet<ClientId | undefined>;

/** What the edge tells the sequencer of its own clients. */
export function ownAway(
	own: Own,
	here: readonly Activity[],
	there: readonly Activity[],
): readonly Activity[] {
	const isOwn = ({ client }: Activity) => own.has(client);
	return [...here.filter(isOwn), ...cameBack(there.filter(isOwn), here)];
}

/** The edge learns who is away on other nodes. */
export function learnAway(
	{ services: { liveUpdates } }: Engine,
	own: Own,
	there: readonly Activity[],
): void {
	const isOther = ({ client }: Activity) => !own.has(client);
	const { away: here } = liveUpdates;
	const back = cameBack(here.filter(isOther), there);
	for (const one of [...there.filter(isOther), ...back]) liveUpdates.apply(one);
}

/** Those who were away and are not any more. */
function cameBack(before: readonly Activity[], now: readonly Activity[]) {
	const away = new Set(now.map(({ client }) => client));
	return before
		.filter(({ client }) => !away.has(client))
		.map((one) => ({ ...one, away: false }));
}
