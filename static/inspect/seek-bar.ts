/** Which moment is looked at: a slider over all of them, a step back and on, and a player. */
import { find, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";

export function seekBar({ goTo }: Inspector) {
	const scrub = find("#scrub", HTMLInputElement);
	const live = find("#live", HTMLButtonElement);
	const play = find("#play", HTMLButtonElement);
	const speed = find("#speed", HTMLSelectElement);
	const when = find("#moment", HTMLElement);
	let shown: ViewState | undefined;
	let playing = 0;

	const stop = (): void => {
		cancelAnimationFrame(playing);
		playing = 0;
		play.ariaPressed = "false";
	};
	/** At its end it is where it would be anyway: at the latest. */
	const start = (): void => {
		if (!shown) return;
		const { timeline, seq, follows } = shown;
		let [at, before] = [follows ? timeline.first : seq, performance.now()];
		if (at >= timeline.last) at = timeline.first;
		const onward = (now: number): void => {
			at += ((now - before) / 1000) * Number(speed.value);
			before = now;
			if (at >= timeline.last) {
				stop();
				goTo(undefined);
			} else {
				goTo(Math.floor(at));
				playing = requestAnimationFrame(onward);
			}
		};
		play.ariaPressed = "true";
		playing = requestAnimationFrame(onward);
	};
	const playOrStop = () => (playing ? stop() : start());
	const stepBy = (count: number): void => {
		stop();
		if (shown) goTo(shown.seq + count);
	};

	scrub.addEventListener("input", () => {
		stop();
		goTo(Number(scrub.value));
	});
	find("#back", HTMLButtonElement).addEventListener("click", () => stepBy(-1));
	find("#on", HTMLButtonElement).addEventListener("click", () => stepBy(1));
	play.addEventListener("click", playOrStop);
	live.addEventListener("click", () => {
		stop();
		goTo(shown?.follows ? shown.seq : undefined);
	});
	document.addEventListener("keydown", (event) => {
		if (event.target !== document.body || event.ctrlKey || event.altKey) return;
		if (event.key === "ArrowLeft") stepBy(-1);
		else if (event.key === "ArrowRight") stepBy(1);
		else if (event.key === " ") playOrStop();
		else return;
		event.preventDefault();
	});
	return (viewState: ViewState): void => {
		shown = viewState;
		const { timeline, seq, follows, moment } = viewState;
		live.ariaPressed = String(follows);
		scrub.min = String(timeline.first);
		scrub.max = String(timeline.last);
		scrub.value = String(seq);
		const time = moment?.time && new Date(moment.time).toLocaleTimeString();
		const words = `#${seq} ${time || "the beginning"}`;
		scrub.setAttribute("aria-valuetext", words);
		say(when, words);
	};
}
