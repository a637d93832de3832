/**
 * The timeline: what the room said, in order, grouped by person and day. What
 * the server says of the room looks unlike anything a person can type. Only
 * the last lines are kept, so that a tab open for a week stays light.
 */

import { find, make } from "./element.ts";
import type { follower } from "./follow.ts";
import type { Line } from "./frames.ts";
import { avatar, nameTag } from "./person.ts";

const LINES_KEPT = 500;
/** A reader who scrolled up is spared the cut for this many lines more. */
const LINES_SPARED = 1_500;
/** Lines of one person further apart than this are shown apart. */
const PAUSE_MS = 5 * 60_000;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const exact = new Intl.DateTimeFormat(undefined, {
	dateStyle: "full",
	timeStyle: "medium",
});

function timeOf({ time }: Line): HTMLElement {
	const mark = document.createElement("time");
	const date = new Date(time);
	mark.dateTime = date.toISOString();
	mark.title = exact.format(date);
	mark.textContent = clock.format(date);
	return mark;
}

export function timeline(
	follow: ReturnType<typeof follower>,
	myName: () => string,
) {
	const log = find("#log", HTMLElement);
	const quiet = find("#quiet", HTMLElement);
	/** Every line and day, oldest first. */
	const shown: HTMLElement[] = [];
	let group: HTMLElement | undefined;
	let previous: Line | undefined;
	let day = "";
	/** How far the room was read: what a returning client names. */
	let place = { epoch: "", offset: 0 };

	function show(element: HTMLElement, parent: HTMLElement) {
		parent.append(element);
		shown.push(element);
	}

	function continues(line: Line): boolean {
		return (
			previous?.kind === line.kind &&
			previous.name === line.name &&
			line.time - previous.time < PAUSE_MS
		);
	}

	function startGroup(line: Line): HTMLElement {
		const mine = line.name === myName() ? "you" : "";
		const label = line.kind === "aside" ? "only you see this" : mine;
		const head = make("header", "", nameTag(line.name));
		if (label) head.append(make("span", "label", label));
		head.append(timeOf(line));
		const started = make("article", line.kind, avatar(line.name), head);
		log.append(started);
		return started;
	}

	function add(line: Line) {
		if (line.kind !== "aside") {
			const { epoch, offset } = line;
			if (epoch === place.epoch && offset <= place.offset) return;
			place = { epoch, offset };
		}
		const today = calendar.format(line.time);
		if (today !== day) {
			show(make("h2", "day", today), log);
			day = today;
			previous = undefined;
		}
		if (line.kind === "said" || line.kind === "aside") {
			if (!group || !continues(line)) group = startGroup(line);
			const element = make("p", "line", line.text);
			element.dir = "auto";
			show(element, group);
			quiet.hidden ||= line.kind === "said";
		} else {
			const did = ` ${line.kind} `;
			show(make("p", "system", nameTag(line.name), did, timeOf(line)), log);
		}
		previous = line;
		if (log.ariaBusy === "true") return;
		trim();
		follow.grew();
	}

	function trim() {
		const kept = follow.isFollowing() ? LINES_KEPT : LINES_SPARED;
		for (const old of shown.splice(0, Math.max(0, shown.length - kept))) {
			const parent = old.parentElement;
			old.remove();
			if (parent !== log && !parent?.querySelector(".line")) parent?.remove();
		}
	}

	/** Another person, or the same room from another point. While its past is told, nothing is read aloud. */
	function clear() {
		log.replaceChildren();
		log.ariaBusy = "true";
		shown.length = 0;
		group = previous = undefined;
		day = "";
		place = { epoch: "", offset: 0 };
		quiet.hidden = true;
		follow.jump();
	}

	function caughtUp() {
		log.ariaBusy = "false";
		quiet.hidden = log.querySelector(".said") !== null;
		follow.settle();
	}

	return {
		add,
		clear,
		caughtUp,
		/** Nothing until something was read. */
		place: () => (place.offset > 0 ? place : {}),
		/** What was missed comes as if it were live. */
		resume() {
			if (place.offset > 0) caughtUp();
		},
		gap() {
			clear();
			show(make("p", "system", "Some messages are missing here."), log);
		},
	};
}
