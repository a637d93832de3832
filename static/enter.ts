/**
 * The login form: a name and an email address. Beside each field stands what
 * is wrong with it, in the browser's words or the server's.
 */

import type { Person } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { find, say } from "./element.ts";
import type { Page } from "./page.ts";

const both = ["name", "email"] as const;

export function enterForm(page: Page, person: Person) {
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
		const wrong = form.querySelector<HTMLInputElement>(
			"[aria-invalid=true], input:invalid",
		);
		(wrong ?? fields.name).focus();
	}

	for (const field of both) fields[field].value = person[field];
	cancel.onclick = () => page.dispatch({ type: "leave" });
	form.onsubmit = () => {
		const update = { name: "", email: "" };
		for (const field of both) {
			update[field] = fields[field].value = trimInvisible(fields[field].value);
			complain(field, fields[field].validationMessage);
		}
		if (form.checkValidity()) page.dispatch({ type: "submit", update });
		else focus();
	};

	return {
		focus,
		clear: () => form.reset(),
		render() {
			const { trouble } = page.snapshot.context;
			const isWaiting = page.snapshot.matches("loggingIn");
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
