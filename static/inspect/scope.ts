/** Finds the events of one room, of one client, or of one client in one room. */
import type { Scope } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import type { Inspector } from "./inspector.ts";
import type { LogTimeline } from "./log-timeline.ts";

export function scopeControls(
	inspector: Inspector,
	log: LogTimeline,
	onScope: () => void,
): () => Scope {
	const room = find("#scope-room", HTMLSelectElement);
	const client = find("#scope-client", HTMLInputElement);
	const found = find("#found");
	let sought: number | undefined;
	const scopeOf = (): Scope => ({
		...(room.value && { room: room.value }),
		...(client.value.trim() && { client: client.value.trim() }),
	});
	const nearest = async (back: boolean) => {
		const { seq: from } = inspector.viewState;
		const seq = await log.ask({ ask: "next", from, back, ...scopeOf() });
		const none = `none ${back ? "before" : "behind"} #${from}`;
		say(found, seq === null ? none : "");
		sought = seq ?? undefined;
		return seq ?? from;
	};
	const go = (back: boolean) => () => inspector.goTo(nearest(back));
	const changed = () => {
		say(found, "");
		onScope();
	};
	room.addEventListener("change", changed);
	client.addEventListener("change", changed);
	find("#earlier").addEventListener("click", go(true));
	find("#later").addEventListener("click", go(false));
	inspector.onViewState(({ moment: { seq, client: doer } = {} }) => {
		// The chart follows a client whose events are sought.
		if (seq === sought && doer && client.value) inspector.choose(doer);
		sought = undefined;
		const known = new Set(Array.from(room.options, ({ value }) => value));
		for (const name of log.about.rooms)
			if (!known.has(name)) room.append(new Option(name));
	});
	return scopeOf;
}
