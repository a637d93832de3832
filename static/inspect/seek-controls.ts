/** Goes to an event by its number, or to a time; shows both of the moment that is shown. */
import { find } from "../element.ts";
import type { Inspector } from "./inspector.ts";
import type { LogTimeline } from "./log-timeline.ts";

const SECOND_MS = 1000;

export function seekControls(inspector: Inspector, log: LogTimeline): void {
	const event = find("#to-event", HTMLInputElement);
	const time = find("#to-time", HTMLInputElement);
	const form = find("#jump", HTMLFormElement);
	const go = (input: EventTarget | null) => {
		if (!(input instanceof HTMLInputElement) || !input.value) return;
		if (input === event) return inspector.goTo(Number(input.value));
		// The field has whole seconds: an event within that second is included.
		const until = new Date(input.value).getTime() + SECOND_MS - 1;
		inspector.goTo(log.ask({ ask: "time", time: until }));
	};
	form.onchange = ({ target }) => go(target);
	form.onsubmit = () => go(document.activeElement);
	inspector.onViewState(({ seq, moment }) => {
		const { first, last, about } = log;
		Object.assign(event, { min: first, max: last });
		Object.assign(time, { min: local(about.from), max: local(about.to) });
		if (document.activeElement !== event) event.value = String(seq);
		if (document.activeElement !== time)
			time.value = local(moment?.time ?? about.from);
	});
}

/** A time as a `datetime-local` field has it, to the second. */
function local(time: number): string {
	const offset = new Date(time).getTimezoneOffset() * 60 * SECOND_MS;
	return new Date(time - offset).toISOString().slice(0, 19);
}
