/**
 * The form before the door: a name and an email address. Beside each field
 * stands what is wrong with it, in the browser's words or the server's.
 */

import type { PageSnapshot } from "../machines/page.ts";
import type { PageEvent, Person } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { find, say } from "./element.ts";

const both = ["name", "email"] as const;

export function enterForm(send: (event: PageEvent) => void, person: Person) {
	const form = find("#enter", HTMLFormElement);
	const submit = find("#enter-submit", HTMLButtonElement);
	const cancel = find("#enter-cancel", HTMLButtonElement);
	const fields = {
		name: find("#name", HTMLInputElement),
		email: find("#email", HTMLInputElement),
	};

	function tell(about: "name" | "email" | "step", words: string) {
		say(`#${about}-trouble`, words);
		if (about !== "step") fields[about].ariaInvalid = String(words !== "");
	}

	/** The first field that is wrong or empty. */
	function focus() {
		const needed = both.find((field) => {
			const { ariaInvalid, value } = fields[field];
			return ariaInvalid === "true" || value === "";
		});
		fields[needed ?? "name"].focus();
	}

	for (const field of both) fields[field].value = person[field];
	cancel.onclick = () => send({ type: "leave" });
	form.onsubmit = (event) => {
		event.preventDefault();
		const news = { name: "", email: "" };
		for (const field of both) {
			news[field] = fields[field].value = trimInvisible(fields[field].value);
			tell(field, fields[field].validationMessage);
		}
		if (form.checkValidity()) send({ type: "submit", news });
		else focus();
	};

	return {
		focus,
		/** Whoever it was is nobody any more. */
		empty: () => form.reset(),
		render(snapshot: PageSnapshot) {
			const { trouble } = snapshot.context;
			const waiting = snapshot.matches("loggingIn");
			find("#step-trouble", HTMLElement).classList.toggle(
				"wished",
				trouble?.isWished ?? false,
			);
			for (const about of [...both, "step"] as const) {
				tell(about, trouble?.about === about ? trouble.words : "");
			}
			submit.disabled = waiting;
			say(submit, waiting ? "Asking for a code…" : "Mail me a code");
			cancel.hidden = !waiting;
		},
	};
}
