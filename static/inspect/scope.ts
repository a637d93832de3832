/** Finds the events of one room, of one client, or of one client in one room. */
import type { Scope } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import type { ViewState } from "./inspector.ts";
import type { TravelParts } from "./seek-controls.ts";

export function scopeControls(
	{ inspector, log, ask }: TravelParts,
	onScope: (scope: Scope) => void,
): void {
	const room = find("#scope-room", HTMLSelectElement);
	const client = find("#scope-client", HTMLInputElement);
	const found = find("#found", HTMLElement);
	let viewState: ViewState | undefined;
	let sought: number | undefined;
	const scopeOf = (): Scope => ({
		...(room.value && { room: room.value }),
		...(client.value.trim() && { client: client.value.trim() }),
	});
	const nearest = async ({ seq: from }: ViewState, back: boolean) => {
		const seq = await ask({ ask: "next", from, back, ...scopeOf() });
		const none = `none ${back ? "before" : "behind"} #${from}`;
		say(found, seq === null ? none : "");
		sought = seq ?? undefined;
		return seq ?? from;
	};
	const go = (back: boolean) => () =>
		viewState && inspector.goTo(nearest(viewState, back));
	const changed = () => {
		say(found, "");
		onScope(scopeOf());
	};
	room.addEventListener("change", changed);
	client.addEventListener("change", changed);
	find("#earlier", HTMLButtonElement).addEventListener("click", go(true));
	find("#later", HTMLButtonElement).addEventListener("click", go(false));
	inspector.onViewState((now) => {
		viewState = now;
		// The chart follows a client whose events are sought.
		const { moment: { seq, client: doer } = {} } = now;
		if (seq === sought && doer && client.value) inspector.choose(doer);
		sought = undefined;
		const known = new Set(Array.from(room.options, ({ value }) => value));
		for (const name of log.about.rooms)
			if (!known.has(name)) room.append(new Option(name));
	});
}
