/**
 * The composer: grows with what is written, sends on Enter, and works without
 * a connection. What the room has not taken yet stands below the timeline;
 * what it refused waits there to be sent again, edited or dropped.
 */

import type { PageSnapshot } from "../machines/page.ts";
import { find, make, say } from "./element.ts";
import type { Line, Outbox } from "./outbox.ts";

/** Code points that one message holds. */
const TEXT_LIMIT = 4_000;

export function composer(outbox: () => Outbox) {
	const form = find("#composer", HTMLFormElement);
	const field = find("#text", HTMLTextAreaElement);
	const trouble = find("#text-trouble", HTMLElement);
	const waiting = find("#outbox", HTMLElement);
	const failed = find("#failed", HTMLElement);
	let told = "";

	field.oninput = refresh;
	field.onkeydown = (event) => {
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		form.requestSubmit();
	};
	form.onsubmit = (event) => {
		event.preventDefault();
		const text = field.value.trim();
		if (text === "" || tooLong()) return;
		outbox().say(text);
		write("");
	};
	find("#failed-retry", HTMLButtonElement).onclick = () => outbox().retry();
	find("#failed-drop", HTMLButtonElement).onclick = () => outbox().drop();
	find("#failed-edit", HTMLButtonElement).onclick = () => {
		const texts = outbox()
			.drop()
			.map(({ text }) => text);
		write([...texts, field.value].filter((text) => text !== "").join("\n"));
		field.focus();
	};

	function write(text: string) {
		field.value = text;
		refresh();
	}

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
		say(trouble, tooLong() || told);
	}

	return {
		focus: () => field.focus(),
		show(lines: readonly Line[]) {
			waiting.replaceChildren(
				...lines.map(({ text, why }) =>
					make("p", why ? "line failed" : "line", text),
				),
			);
			const whys = lines.flatMap(({ why }) => why || []);
			const many =
				whys.length === 1 ? "1 line was" : `${whys.length} lines were`;
			failed.hidden = whys.length === 0;
			say(
				find("#failed-words", HTMLElement),
				whys[0] ? `${many} not sent. ${whys[0]}` : "",
			);
		},
		render(snapshot: PageSnapshot) {
			const { trouble } = snapshot.context;
			told = (snapshot.matches("chatting") && trouble?.words) || "";
			refresh();
		},
	};
}
