/**
 * The composer: grows with what is written, sends on Enter, and works without
 * a connection. What is written is kept for its room, through reloads too.
 */

import type { PageSnapshot } from "../machines/page.ts";
import { trimInvisible, withoutEmptyLines } from "../machines/text.ts";
import { find, say } from "./element.ts";
import { mentionAutocomplete } from "./mention-autocomplete.ts";
import { keepDraft, storedDraft } from "./storage.ts";

/** Code points that one message holds. */
const TEXT_LIMIT = 4_000;
/** Others are told at most this often that something is being written. */
const TYPING_EVERY_MS = 3_000;
/** How long it is said that lines have to wait. */
const HASTE_SHOWN_MS = 3_000;
/** UTF-16 units: what is longer is not measured, at each key, in any way that takes time. */
const FAR_TOO_LONG = 4 * TEXT_LIMIT;
const COMMAND = /^\/\p{L}[\p{L}\p{N}_-]*(?:\s|$)/u;

interface World {
	say(text: string): void;
	isTyping(): void;
	/** Names that may be meant, the likeliest first. */
	names(): string[];
}

function tooLong(value: string): string {
	const isFar = value.length > FAR_TOO_LONG;
	const { length } = isFar ? value : [...withoutEmptyLines(value)];
	if (length <= TEXT_LIMIT) return "";
	const [is, holds] = [length, TEXT_LIMIT].map((n) => n.toLocaleString("en"));
	return `This is ${is} characters long; a message holds ${holds}. Shorten it, or send it in parts.`;
}

/** Nothing may make the browser leave the page for a file. */
function refuseFiles(mention: (words: string) => void) {
	function refuse(event: Event, files: DataTransfer | null) {
		if (!files?.types.includes("Files")) return;
		event.preventDefault();
		if (event.type !== "dragover")
			mention("Pictures and files can’t be sent yet.");
	}
	for (const type of ["dragover", "drop"] as const)
		addEventListener(type, (event) => refuse(event, event.dataTransfer));
	addEventListener("paste", (event) => {
		// What some programs copy is a text and a picture of it.
		const { clipboardData } = event;
		if (!clipboardData?.types.includes("text/plain"))
			refuse(event, clipboardData);
	});
}

export function composer(world: World) {
	const form = find("#composer", HTMLFormElement);
	const field = find("#text", HTMLTextAreaElement);
	const submit = find("#send", HTMLButtonElement);
	const isTouch = matchMedia("(pointer: coarse)");
	const autocomplete = mentionAutocomplete(field, world.names);
	let room = "";
	let told = "";
	let typedAt = 0;
	/** Looks like a command, and was asked about. */
	let asked = "";
	let calm: ReturnType<typeof setTimeout> | undefined;

	field.oninput = () => {
		told = "";
		keepDraft(room, field.value);
		refresh();
		autocomplete.refresh();
		if (field.value.trim() === "" || Date.now() - typedAt < TYPING_EVERY_MS)
			return;
		typedAt = Date.now();
		world.isTyping();
	};
	field.onkeydown = (event) => {
		const { key, shiftKey, isComposing } = event;
		if (isComposing) return;
		if (!shiftKey && autocomplete.takesKey(key)) return event.preventDefault();
		// On a touch screen there is no Shift at hand, and a button to send.
		if (key !== "Enter" || shiftKey || isTouch.matches) return;
		event.preventDefault();
		form.requestSubmit();
	};
	form.onsubmit = (event) => {
		event.preventDefault();
		const text = withoutEmptyLines(field.value);
		if (!canBeSent()) return;
		if (COMMAND.test(text) && text !== asked) {
			asked = text;
			told = `There are no commands here. Send it once more to say “${text.slice(0, 40)}” to everyone.`;
			return refresh();
		}
		write("");
		typedAt = 0;
		world.say(text);
	};

	/** For a while, in a place that is read aloud. */
	function mention(words: string) {
		const isInside = find("#composer", HTMLElement).checkVisibility();
		const form = document.querySelector("main > form:not([hidden]) > .trouble");
		const place = (!isInside && form) || "#text-haste";
		say(place, words);
		clearTimeout(calm);
		calm = setTimeout(() => say(place, ""), HASTE_SHOWN_MS);
	}

	refuseFiles(mention);

	function write(text: string) {
		field.value = text;
		keepDraft(room, text);
		refresh();
	}

	const canBeSent = () =>
		!tooLong(field.value) && trimInvisible(field.value) !== "";

	/** Fits the field to what is in it, and says what stands in its way. */
	function refresh() {
		const long = tooLong(field.value);
		const isFar = field.value.length > FAR_TOO_LONG;
		field.enterKeyHint = isTouch.matches ? "enter" : "send";
		// To look for the direction of so much takes over a second.
		field.dir = isFar ? "ltr" : "auto";
		field.style.height = isFar ? "100vh" : "auto";
		// What is not shown has no height yet.
		if (!isFar && field.scrollHeight > 0) {
			field.style.height = `${field.scrollHeight + 6}px`;
		}
		// A button that is disabled loses the focus.
		submit.ariaDisabled = String(!canBeSent());
		say("#text-trouble", long || told);
	}

	return {
		focus: () => field.focus(),
		refreshAgain: autocomplete.refreshAgain,
		/** Shows what was being written in a room. */
		enter(next: string) {
			room = next;
			field.placeholder = `Say something in ${room}`;
			field.value = storedDraft(room);
			refresh();
		},
		/** Puts texts before what is being written, and the cursor behind it all. */
		takeBack(texts: readonly string[]) {
			write([...texts, field.value].filter((text) => text !== "").join("\n"));
			field.focus();
		},
		/** The room takes lines only so fast; nothing is lost. */
		slowDown: () =>
			mention("That was fast. What waits is sent in a moment, in order."),
		render(snapshot: PageSnapshot) {
			const { trouble } = snapshot.context;
			const words = (snapshot.matches("chatting") && trouble?.words) || "";
			if (words === told) return;
			told = words;
			refresh();
		},
	};
}
