/**
 * Opens the inspector over a running server, or over a log. The token comes in
 * the address's fragment, which never leaves the browser and is removed at
 * once, or is typed. The browser keeps it with this entry of its history, for
 * a reload. From then on the fragment names the moment and the chart.
 */
import {
	INSPECT_PROTOCOL,
	type Moment,
	type NodeShown,
} from "../../machines/frame.ts";
import { BASE } from "../base-path.ts";
import { find, say } from "../element.ts";
import { rates } from "./counts.ts";
import { inspect } from "./inspector.ts";
import { LiveTimeline } from "./live-timeline.ts";
import { travel } from "./travel.ts";

const RETRY_MS = 2000;
/** A browser does not say why a WebSocket was refused. */
const CLOSED = "That token does not open this, or too many are looking.";
/** The page's path when it is opened over a log. */
const LOG_PATH = "/replay";

const fragment = location.hash.slice(1);
const isMoment = fragment.includes("=");

const liveTimeline = new LiveTimeline();
const form = find("#token-form", HTMLFormElement);
let isOpen = false;

function watch(token: string): void {
	const url = `${location.origin.replace(/^http/, "ws")}${BASE}inspect`;
	const socket = new WebSocket(url, [INSPECT_PROTOCOL, token]);
	let isRefused = true;
	socket.onopen = () => {
		isRefused = false;
		say("#status", "");
		form.hidden = true;
		if (isOpen) return;
		isOpen = true;
		const inspector = inspect(liveTimeline);
		inspector.onViewState(rates(inspector));
	};
	socket.onmessage = ({ data }) => {
		const [first, ...others]: [Moment | NodeShown, ...Moment[]] = JSON.parse(
			String(data),
		);
		if ("type" in first) liveTimeline.node = first;
		liveTimeline.add("type" in first ? [] : [first, ...others]);
	};
	socket.onclose = async () => {
		if (!isOpen || (isRefused && (await isThere()))) return askForToken(CLOSED);
		say("#status", "The server is away. Trying again.");
		setTimeout(() => watch(token), RETRY_MS);
	};
}

/** Whether the server answers. */
const isThere = () =>
	fetch(location.pathname, { method: "HEAD" }).then(
		({ ok }) => ok,
		() => false,
	);

function askForToken(words: string): void {
	say("#status", words);
	form.hidden = false;
}

async function tryToken(token: string, words: string): Promise<void> {
	const hash = isMoment ? `#${fragment}` : "";
	history.replaceState(token, "", location.pathname + hash);
	if (!/^[\w-]+$/.test(token)) askForToken(words);
	else if (location.pathname !== LOG_PATH) watch(token);
	else if (!(await travel(token)))
		askForToken("That token does not open this.");
}

form.onsubmit = () => {
	const { value } = find("#token", HTMLInputElement);
	void tryToken(value, "That is no token.");
};
const stored = String(history.state ?? "");
void tryToken(isMoment || !fragment ? stored : fragment, "");
