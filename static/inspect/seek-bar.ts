/** The slider over all moments, a step back and on, and a player. */
import { find, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";

export function seekBar(inspector: Inspector) {
	const slider = find("#scrub", HTMLInputElement);
	const live = find("#live", HTMLButtonElement);
	const play = find("#play", HTMLButtonElement);
	const moment = find("#moment");
	const player = makePlayer(play, inspector);
	const goTo = (seq?: number): void => {
		player.stop();
		inspector.goTo(seq);
	};
	const stepBy = (count: number) => goTo(inspector.viewState.seq + count);

	slider.addEventListener("input", () => goTo(Number(slider.value)));
	find("#back").addEventListener("click", () => stepBy(-1));
	find("#on").addEventListener("click", () => stepBy(1));
	play.addEventListener("click", player.toggle);
	live.addEventListener("click", () => {
		const { isLive, seq } = inspector.viewState;
		goTo(isLive ? seq : undefined);
	});
	// After a click keys are for the player; who comes by Tab keeps the focus.
	document.addEventListener("click", ({ detail }) => {
		const focused = document.activeElement;
		const isField = focused?.matches("[type=search], #jump input, select");
		if (detail > 0 && !isField && focused instanceof HTMLElement)
			focused.blur();
	});
	document.addEventListener("keydown", (event) => {
		if (event.target !== document.body || event.ctrlKey || event.altKey) return;
		if (event.key === "ArrowLeft") stepBy(-1);
		else if (event.key === "ArrowRight") stepBy(1);
		else if (event.key === " ") player.toggle();
		else return;
		event.preventDefault();
	});
	return ({ timeline, seq, isLive, moment: at }: ViewState): void => {
		live.ariaPressed = String(isLive);
		const { first: min, last: max } = timeline;
		Object.assign(slider, { min, max, value: seq });
		const when = at?.time && new Date(at.time).toLocaleTimeString();
		const words = `#${seq} ${when || "the beginning"}`;
		slider.setAttribute("aria-valuetext", words);
		say(moment, words);
	};
}

/** Moves on at the chosen speed, from the beginning if there is nothing ahead; at the end it follows the latest. */
function makePlayer(button: HTMLButtonElement, inspector: Inspector) {
	const speed = find("#speed", HTMLSelectElement);
	let frame = 0;
	const stop = (): void => {
		cancelAnimationFrame(frame);
		frame = 0;
		button.ariaPressed = "false";
	};
	const start = (): void => {
		const { timeline, seq, isLive } = inspector.viewState;
		const isAtEnd = isLive || seq >= timeline.last;
		let at = isAtEnd ? timeline.first : seq;
		let before = performance.now();
		const onward = (now: number): void => {
			at += ((now - before) / 1000) * Number(speed.value);
			before = now;
			if (at < timeline.last) {
				inspector.goTo(Math.floor(at));
				frame = requestAnimationFrame(onward);
			} else {
				stop();
				inspector.goTo(undefined);
			}
		};
		button.ariaPressed = "true";
		frame = requestAnimationFrame(onward);
	};
	return { stop, toggle: () => (frame === 0 ? start() : stop()) };
}
