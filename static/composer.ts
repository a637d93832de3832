/**
 * The composer: grows with what is written, sends on Enter. A text waits below
 * the timeline until the room has taken it, one at a time and in order, so
 * that its number is certain; what the room refuses comes back to the writer.
 */

import type { PageEvent, PageSnapshot } from "../machines/page.ts";
import { find, make, say } from "./element.ts";

/** Code points that one message holds. */
const TEXT_LIMIT = 4_000;

export function composer(send: (event: PageEvent) => void) {
	const form = find("#composer", HTMLFormElement);
	const field = find("#text", HTMLTextAreaElement);
	const button = find("#send", HTMLButtonElement);
	const trouble = find("#text-trouble", HTMLElement);
	const outbox = find("#outbox", HTMLElement);
	const waiting: string[] = [];
	let shown: PageSnapshot | undefined;

	field.oninput = refresh;
	field.onkeydown = (event) => {
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		form.requestSubmit();
	};
	form.onsubmit = (event) => {
		event.preventDefault();
		const text = field.value.trim();
		if (text === "" || tooLong() || button.disabled) return;
		waiting.push(text);
		field.value = "";
		refresh();
		flush();
	};

	function tooLong(): string {
		const length = [...field.value.trim()].length;
		if (length <= TEXT_LIMIT) return "";
		const [is, holds] = [length, TEXT_LIMIT].map((n) => n.toLocaleString("en"));
		return `This is ${is} characters long; a message holds ${holds}.`;
	}

	/** Fits the field to what is in it, and says what stands in its way. */
	function refresh() {
		field.style.height = "auto";
		field.style.height = `${field.scrollHeight + 6}px`;
		const told = shown?.matches({ chatting: "online" }) && field.value !== "";
		const words = (told && shown?.context.trouble?.words) || "";
		say(trouble, tooLong() || words);
		outbox.replaceChildren(...waiting.map((text) => make("p", "line", text)));
	}

	/** The next text leaves when the room has taken the one before. */
	function flush() {
		const [text] = waiting;
		const ready = shown?.matches({ chatting: { online: "ready" } });
		if (ready && text !== undefined) send({ type: "say", text });
	}

	return {
		focus: () => field.focus(),
		confirm: () => waiting.shift(),
		giveBack() {
			const texts = [...waiting.splice(0), field.value];
			field.value = texts.filter((text) => text !== "").join("\n");
		},
		render(snapshot: PageSnapshot) {
			shown = snapshot;
			button.disabled = !snapshot.matches({ chatting: "online" });
			refresh();
			flush();
		},
	};
}
