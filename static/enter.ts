/**
 * The login form: a name and an email address. Beside each field stands what
 * is wrong with it, in the browser's words or the server's.
 */

import type { Person } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { complain, find, say } from "./element.ts";
import type { Page } from "./page.ts";
import { storedInvitation } from "./storage.ts";

export function enterForm(page: Page, person: Person) {
	const form = find("#enter", HTMLFormElement);
	const submit = find("#enter-submit", HTMLButtonElement);
	const cancel = find("#enter-cancel", HTMLButtonElement);
	const step = find("#step-trouble");
	const name = find("#name", HTMLInputElement);
	const email = find("#email", HTMLInputElement);
	const fields = [name, email];

	/** The first field that is wrong or empty. */
	function focus() {
		const isWrong = "[aria-invalid=true], :invalid";
		const wrong = fields.find((field) => field.matches(isWrong));
		(wrong ?? name).focus();
	}

	name.value = person.name;
	email.value = person.email;
	cancel.onclick = () => page.dispatch({ type: "leave" });
	form.onsubmit = () => {
		for (const field of fields) {
			field.value = trimInvisible(field.value);
			complain(field, field.validationMessage);
		}
		const update = { name: name.value, email: email.value };
		if (form.checkValidity()) page.dispatch({ type: "submit", update });
		else focus();
	};

	return {
		focus,
		clear: () => form.reset(),
		render() {
			const { trouble } = page.snapshot.context;
			const isWaiting = page.snapshot.matches("loggingIn");
			const wordsAbout = (about: string) =>
				trouble?.about === about ? trouble.words : "";
			for (const field of fields) complain(field, wordsAbout(field.id));
			say(step, wordsAbout("step"));
			step.classList.toggle("expected", trouble?.isExpected ?? false);
			find("#invited").hidden = storedInvitation() === "";
			submit.disabled = isWaiting;
			say(submit, isWaiting ? "Asking for a code…" : "Mail me a code");
			cancel.hidden = !isWaiting;
		},
	};
}
