/** The slider over all moments, a step back and on, and a player. */
import { find, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";

export function seekBar({ goTo }: Inspector) {
	const slider = find("#scrub", HTMLInputElement);
	const live = find("#live", HTMLButtonElement);
	const play = find("#play", HTMLButtonElement);
	const moment = find("#moment", HTMLElement);
	let shown: ViewState | undefined;
	const stepBy = (count: number): void => {
		player.stop();
		if (shown) goTo(shown.seq + count);
	};
	const player = makePlayer(play, goTo);
	const playOrStop = () => {
		if (player.isPlaying) player.stop();
		else if (shown) player.start(shown);
	};

	slider.addEventListener("input", () => {
		player.stop();
		goTo(Number(slider.value));
	});
	find("#back", HTMLButtonElement).addEventListener("click", () => stepBy(-1));
	find("#on", HTMLButtonElement).addEventListener("click", () => stepBy(1));
	play.addEventListener("click", playOrStop);
	live.addEventListener("click", () => {
		player.stop();
		goTo(shown?.isLive ? shown.seq : undefined);
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
		const { timeline, seq, isLive } = viewState;
		live.ariaPressed = String(isLive);
		slider.min = String(timeline.first);
		slider.max = String(timeline.last);
		slider.value = String(seq);
		const time = viewState.moment?.time;
		const when = time && new Date(time).toLocaleTimeString();
		const words = `#${seq} ${when || "the beginning"}`;
		slider.setAttribute("aria-valuetext", words);
		say(moment, words);
	};
}

/** Moves on at the chosen speed, from the beginning if there is nothing ahead; at the end it follows the latest. */
function makePlayer(button: HTMLButtonElement, goTo: Inspector["goTo"]) {
	const speed = find("#speed", HTMLSelectElement);
	let frame = 0;
	const player = {
		get isPlaying() {
			return frame !== 0;
		},
		stop(): void {
			cancelAnimationFrame(frame);
			frame = 0;
			button.ariaPressed = "false";
		},
		start({ timeline, seq, isLive }: ViewState): void {
			const isAtEnd = isLive || seq >= timeline.last;
			let at = isAtEnd ? timeline.first : seq;
			let before = performance.now();
			const onward = (now: number): void => {
				at += ((now - before) / 1000) * Number(speed.value);
				before = now;
				if (at < timeline.last) {
					goTo(Math.floor(at));
					frame = requestAnimationFrame(onward);
				} else {
					player.stop();
					goTo(undefined);
				}
			};
			button.ariaPressed = "true";
			frame = requestAnimationFrame(onward);
		},
	};
	return player;
}
