/**
 * The bridge to Stately's inspector: a frame with that page in it, which is
 * shown what the machines do. It is loaded once somebody has agreed and the
 * server has taken the token. It is spoken to at its exact origin only, and
 * of what it says one thing is heard: that it is ready.
 *
 * The token is handled as on the inspector's own page.
 */
import {
	INSPECT_PROTOCOL,
	type Moment,
	STATELY_ORIGIN,
} from "../../machines/frame.ts";
import { find, say } from "../element.ts";
import { socketTo } from "../socket.ts";
import { statelyEvents } from "./stately-events.ts";

const RETRY_MS = 2000;

const form = find("#consent", HTMLFormElement);
const token = find("#token", HTMLInputElement);
const status = find("#status", HTMLElement);
token.value = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
find("#token-label", HTMLElement).hidden = token.validity.valid;

let frame: HTMLIFrameElement | undefined;
let isReady = false;

const line = socketTo(
	"/inspect",
	{
		opened() {
			if (!isReady) load();
		},
		heard(data) {
			if (!isReady) return;
			const moments: readonly Moment[] = JSON.parse(data);
			for (const moment of moments)
				for (const event of statelyEvents(moment, Date.now()))
					frame?.contentWindow?.postMessage(event, STATELY_ORIGIN);
		},
		closed() {
			isReady = false;
			if (frame) {
				say(status, "The server is away. Trying again.");
				setTimeout(() => line.connect(), RETRY_MS);
			} else {
				// A browser does not tell which.
				const words = "That token does not open this, or too many are looking.";
				say(status, words);
				find("#token-label", HTMLElement).hidden = false;
			}
		},
	},
	() => [INSPECT_PROTOCOL, token.value],
);

/** Anew, too, after the server was away: it may know none of the same actors. */
function load(): void {
	const loaded = document.createElement("iframe");
	loaded.title = "Stately's inspector";
	loaded.sandbox.add("allow-scripts", "allow-same-origin");
	loaded.src = `${STATELY_ORIGIN}/inspect`;
	(frame ?? form).replaceWith(loaded);
	frame = loaded;
	say(status, "Waiting for Stately's inspector.");
}

addEventListener("message", ({ data, origin, source }) => {
	if (origin !== STATELY_ORIGIN || source !== frame?.contentWindow) return;
	if (data?.type !== "@statelyai.connected") return;
	// It knows nothing yet: begin with how all stands.
	isReady = true;
	say(status, "");
	line.disconnect();
	line.connect();
});

form.addEventListener("submit", (event) => {
	event.preventDefault();
	line.connect();
});
