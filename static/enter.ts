/**
 * The login form: a name and an email address. Beside each field stands what
 * is wrong with it, in the browser's words or the server's.
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

	function complain(about: "name" | "email" | "step", words: string) {
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
		const update = { name: "", email: "" };
		for (const field of both) {
			update[field] = fields[field].value = trimInvisible(fields[field].value);
			complain(field, fields[field].validationMessage);
		}
		if (form.checkValidity()) send({ type: "submit", update });
		else focus();
	};

	return {
		focus,
		clear: () => form.reset(),
		render(snapshot: PageSnapshot) {
			const { trouble } = snapshot.context;
			const isWaiting = snapshot.matches("loggingIn");
			find("#step-trouble", HTMLElement).classList.toggle(
				"expected",
				trouble?.isExpected ?? false,
			);
			for (const about of [...both, "step"] as const) {
				complain(about, trouble?.about === about ? trouble.words : "");
			}
			submit.disabled = isWaiting;
			say(submit, isWaiting ? "Asking for a code…" : "Mail me a code");
			cancel.hidden = !isWaiting;
		},
	};
}
