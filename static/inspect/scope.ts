/** Finds the events of one room, of one client, or of one in the other. */
import type { Scope } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import type { ViewState } from "./inspector.ts";
import type { TravelParts } from "./seek-controls.ts";

/** `show` hears what is in scope. */
export function scope(
	{ inspector, log, ask }: TravelParts,
	show: (scope: Scope) => void,
): void {
	const room = find("#scope-room", HTMLSelectElement);
	const client = find("#scope-client", HTMLInputElement);
	const found = find("#found", HTMLElement);
	let viewState: ViewState | undefined;
	let sought: number | undefined;
	const wanted = (): Scope => ({
		...(room.value && { room: room.value }),
		...(client.value.trim() && { client: client.value.trim() }),
	});
	const nearest = async ({ seq: from }: ViewState, back: boolean) => {
		const seq = await ask({ ask: "next", from, back, ...wanted() });
		const none = `none ${back ? "before" : "behind"} #${from}`;
		say(found, seq === null ? none : "");
		sought = seq ?? undefined;
		return seq ?? from;
	};
	const goOn = (back: boolean) => () =>
		viewState && inspector.goTo(nearest(viewState, back));
	const changed = () => {
		say(found, "");
		show(wanted());
	};
	room.addEventListener("change", changed);
	client.addEventListener("change", changed);
	find("#earlier", HTMLButtonElement).addEventListener("click", goOn(true));
	find("#later", HTMLButtonElement).addEventListener("click", goOn(false));
	inspector.onViewState((now) => {
		viewState = now;
		// Whoever is followed through the log is followed in the chart.
		const { moment: { seq, client: doer } = {} } = now;
		if (seq === sought && doer && client.value) inspector.choose(doer);
		sought = undefined;
		const known = new Set(Array.from(room.options, ({ value }) => value));
		for (const name of log.about.rooms)
			if (!known.has(name)) room.append(new Option(name));
	});
}
