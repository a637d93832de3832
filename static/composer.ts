/**
 * The composer: grows with what is written, sends on Enter, and works without
 * a connection. What is written is kept for its room, through reloads too.
 */

import type { PageSnapshot } from "../machines/page.ts";
import { trimUnseen, withoutEmptyLines } from "../machines/text.ts";
import { completion } from "./complete.ts";
import { find, say } from "./element.ts";
import { keepDraft, keptDraft } from "./kept.ts";

/** Code points that one message holds. */
const TEXT_LIMIT = 4_000;
/** Others are told at most this often that something is being written. */
const TYPING_EVERY_MS = 3_000;
/** How long it is said that lines have to wait. */
const HASTE_SHOWN_MS = 3_000;

interface World {
	say(text: string): void;
	isTyping(): void;
	/** Names that may be meant, the likeliest first. */
	names(): string[];
	/** What was said last, to be said again. */
	last(): string;
}

export function composer(world: World) {
	const form = find("#composer", HTMLFormElement);
	const field = find("#text", HTMLTextAreaElement);
	const submit = find("#send", HTMLButtonElement);
	const trouble = find("#text-trouble", HTMLElement);
	const haste = find("#text-haste", HTMLElement);
	const complete = completion(field, world.names);
	let room = "";
	let told = "";
	let typedAt = 0;
	let calm: ReturnType<typeof setTimeout> | undefined;

	field.oninput = () => {
		told = "";
		keepDraft(room, field.value);
		refresh();
		complete.look();
		if (field.value.trim() === "" || Date.now() - typedAt < TYPING_EVERY_MS)
			return;
		typedAt = Date.now();
		world.isTyping();
	};
	field.onkeydown = (event) => {
		const { key, shiftKey, isComposing } = event;
		if (isComposing) return;
		if (!shiftKey && complete.takesKey(key)) return event.preventDefault();
		if (key === "ArrowUp" && field.value === "" && world.last() !== "") {
			event.preventDefault();
			return write(world.last());
		}
		if (key !== "Enter" || shiftKey) return;
		event.preventDefault();
		form.requestSubmit();
	};
	form.onsubmit = (event) => {
		event.preventDefault();
		const text = withoutEmptyLines(field.value);
		if (!canBeSent()) return;
		write("");
		typedAt = 0;
		world.say(text);
	};

	function write(text: string) {
		field.value = text;
		keepDraft(room, text);
		refresh();
	}

	const canBeSent = () => trimUnseen(field.value) !== "" && !tooLong();

	function tooLong(): string {
		const { length } = [...withoutEmptyLines(field.value)];
		if (length <= TEXT_LIMIT) return "";
		const [is, holds] = [length, TEXT_LIMIT].map((n) => n.toLocaleString("en"));
		return `This is ${is} characters long; a message holds ${holds}. Shorten it, or send it in parts.`;
	}

	/** Fits the field to what is in it, and says what stands in its way. */
	function refresh() {
		field.style.height = "auto";
		// What is not shown has no height yet.
		if (field.scrollHeight > 0) {
			field.style.height = `${field.scrollHeight + 6}px`;
		}
		say(trouble, tooLong() || told);
		submit.ariaDisabled = String(!canBeSent());
	}

	return {
		focus: () => field.focus(),
		lookAgain: complete.lookAgain,
		/** Shows what was being written in a room. */
		enter(next: string) {
			room = next;
			field.placeholder = `Say something in ${room}`;
			field.value = keptDraft(room);
			refresh();
		},
		/** Puts texts before what is being written, and the cursor behind it all. */
		takeBack(texts: readonly string[]) {
			write([...texts, field.value].filter((text) => text !== "").join("\n"));
			field.focus();
		},
		/** The room takes lines only so fast; nothing is lost. */
		slowDown() {
			say(haste, "That was fast. What waits is sent in a moment, in order.");
			clearTimeout(calm);
			calm = setTimeout(() => say(haste, ""), HASTE_SHOWN_MS);
		},
		render(snapshot: PageSnapshot) {
			const { trouble } = snapshot.context;
			const words = (snapshot.matches("chatting") && trouble?.words) || "";
			if (words === told) return;
			told = words;
			refresh();
		},
	};
}
