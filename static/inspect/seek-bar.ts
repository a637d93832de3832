/** The slider over all moments, a step back and on, and a player. */
import { find, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";

export function seekBar(inspector: Inspector) {
	const slider = find("#scrub", HTMLInputElement);
	const live = find("#live", HTMLButtonElement);
	const play = find("#play", HTMLButtonElement);
	const moment = find("#moment", HTMLElement);
	const stepBy = (count: number): void => {
		player.stop();
		inspector.goTo(inspector.viewState.seq + count);
	};
	const player = makePlayer(play, inspector);
	const playOrStop = () => (player.isPlaying ? player.stop() : player.start());

	slider.addEventListener("input", () => {
		player.stop();
		inspector.goTo(Number(slider.value));
	});
	find("#back", HTMLButtonElement).addEventListener("click", () => stepBy(-1));
	find("#on", HTMLButtonElement).addEventListener("click", () => stepBy(1));
	play.addEventListener("click", playOrStop);
	live.addEventListener("click", () => {
		player.stop();
		const { isLive, seq } = inspector.viewState;
		inspector.goTo(isLive ? seq : undefined);
	});
	document.addEventListener("keydown", (event) => {
		if (event.target !== document.body || event.ctrlKey || event.altKey) return;
		if (event.key === "ArrowLeft") stepBy(-1);
		else if (event.key === "ArrowRight") stepBy(1);
		else if (event.key === " ") playOrStop();
		else return;
		event.preventDefault();
	});
	return ({ timeline, seq, isLive, moment: at }: ViewState): void => {
		live.ariaPressed = String(isLive);
		slider.min = String(timeline.first);
		slider.max = String(timeline.last);
		slider.value = String(seq);
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
	const player = {
		get isPlaying() {
			return frame !== 0;
		},
		stop(): void {
			cancelAnimationFrame(frame);
			frame = 0;
			button.ariaPressed = "false";
		},
		start(): void {
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
					player.stop();
					inspector.goTo(undefined);
				}
			};
			button.ariaPressed = "true";
			frame = requestAnimationFrame(onward);
		},
	};
	return player;
}
