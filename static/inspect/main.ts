/**
 * The inspector: the machines that run the server, watched live or a moment
 * ago. The token comes in the address's fragment, which never leaves the
 * browser and is removed at once, or is typed; it is kept nowhere.
 */
import { INSPECT_PROTOCOL, type Moment } from "../../machines/frame.ts";
import { find, make, say } from "../element.ts";
import { actorList } from "./actors.ts";
import { chartView } from "./chart.ts";
import { Film } from "./film.ts";

const RETRY_MS = 2000;

const given = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname);

const film = new Film();
const live = find("#live", HTMLButtonElement);
const scrub = find("#scrub", HTMLInputElement);
const status = find("#status", HTMLElement);
const showChart = chartView();
const showActors = actorList((id) => {
	chosen = id;
	render();
});
/** Whom the chart is of, and after how many of the film's events; undefined: the latest. */
let chosen = "server";
let at: number | undefined;
let isDrawn = true;

function draw(): void {
	isDrawn = true;
	const index = Math.min(at ?? film.length, film.length);
	const cast = film.cast(index);
	const moment = film.moment(index);
	const actor = cast.get(chosen);
	const id = actor && actor.id !== actor.machine ? actor.id : "";
	say(find("#chosen", HTMLElement), actor ? `${actor.machine} ${id}` : "gone");
	showActors(cast, chosen);
	void showChart(actor);
	live.setAttribute("aria-pressed", String(at === undefined));
	scrub.max = String(film.length);
	scrub.value = String(index);
	const time = moment?.time ? new Date(moment.time).toLocaleTimeString() : "";
	say(find("#moment", HTMLElement), moment ? `#${moment.seq} ${time}` : "");
	const steps = (moment?.frames ?? []).map((frame) =>
		make(
			"li",
			frame.type,
			frame.type === "step"
				? frame.transitions.join(" ")
				: `${frame.actor.slice(0, 8)} ${frame.type === "gone" ? "is gone" : "is there"}`,
		),
	);
	find("#steps", HTMLElement).replaceChildren(...steps);
}

function render(): void {
	if (isDrawn) requestAnimationFrame(draw);
	isDrawn = false;
}

function goTo(index: number | undefined): void {
	at = index === undefined ? index : Math.max(0, Math.min(index, film.length));
	render();
}

const index = () => at ?? film.length;
live.addEventListener("click", () =>
	goTo(at === undefined ? film.length : undefined),
);
scrub.addEventListener("input", () => goTo(Number(scrub.value)));
find("#back", HTMLButtonElement).addEventListener("click", () =>
	goTo(index() - 1),
);
find("#on", HTMLButtonElement).addEventListener("click", () =>
	goTo(index() + 1),
);

function watch(token: string): void {
	const url = `${location.origin.replace(/^http/, "ws")}/inspect`;
	const socket = new WebSocket(url, [INSPECT_PROTOCOL, token]);
	let opened = false;
	socket.onopen = () => {
		opened = true;
		find("#token-form", HTMLFormElement).hidden = true;
		find("#inspector", HTMLElement).hidden = false;
		say(status, "");
	};
	socket.onmessage = ({ data }) => {
		const moments: readonly Moment[] = JSON.parse(String(data));
		for (const moment of moments) film.add(moment);
		render();
	};
	socket.onclose = () => {
		if (opened || film.length > 0) {
			say(status, "The server is away. Trying again.");
			setTimeout(() => watch(token), RETRY_MS);
		} else ask("That token does not open this.");
	};
}

function ask(words: string): void {
	say(status, words);
	find("#token-form", HTMLFormElement).hidden = false;
}

find("#token-form", HTMLFormElement).addEventListener("submit", (event) => {
	event.preventDefault();
	const { value } = find("#token", HTMLInputElement);
	if (/^[\w-]+$/.test(value)) watch(value);
	else ask("That is no token.");
});
if (/^[\w-]+$/.test(given)) watch(given);
else ask("");
