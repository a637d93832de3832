/** Which moment is looked at: a slider over all of them, a step back and on. */
import { find, make, say } from "../element.ts";
import type { Inspector, Look } from "./inspector.ts";

export function timeline({ goTo }: Inspector) {
	const scrub = find("#scrub", HTMLInputElement);
	const live = find("#live", HTMLButtonElement);
	const when = find("#moment", HTMLElement);
	const list = find("#steps", HTMLElement);
	let shown: Look | undefined;
	const stepBy = (count: number) => () => {
		if (shown) goTo(shown.seq + count);
	};
	scrub.addEventListener("input", () => goTo(Number(scrub.value)));
	find("#back", HTMLButtonElement).addEventListener("click", stepBy(-1));
	find("#on", HTMLButtonElement).addEventListener("click", stepBy(1));
	live.addEventListener("click", () =>
		goTo(shown?.follows ? shown.seq : undefined),
	);
	return (look: Look): void => {
		shown = look;
		const { footage, seq, follows, moment } = look;
		live.setAttribute("aria-pressed", String(follows));
		scrub.min = String(footage.first);
		scrub.max = String(footage.last);
		scrub.value = String(seq);
		const time = moment?.time
			? new Date(moment.time).toLocaleTimeString()
			: "the beginning";
		say(when, `#${seq} ${time}`);
		const steps = (moment?.frames ?? []).map((frame) =>
			make(
				"li",
				frame.type,
				frame.type === "step"
					? frame.transitions.join(" ")
					: `${frame.actor.slice(0, 8)} ${frame.type === "gone" ? "is gone" : "is there"}`,
			),
		);
		list.replaceChildren(...steps);
	};
}
