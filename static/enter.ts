/**
 * The login form: a name and an email address. Beside each field stands what
 * is wrong with it, in the browser's words or the server's.
 */

import type { Person, Trouble } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { complain, find, say } from "./element.ts";
import type { Page } from "./page.ts";

const both = ["name", "email"] as const;

export function enterForm(page: Page, person: Person) {
	const form = find("#enter", HTMLFormElement);
	const submit = find("#enter-submit", HTMLButtonElement);
	const cancel = find("#enter-cancel", HTMLButtonElement);
	const step = find("#step-trouble", HTMLElement);
	const fields = {
		name: find("#name", HTMLInputElement),
		email: find("#email", HTMLInputElement),
	};

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
			complain(fields[field], fields[field].validationMessage);
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
			const wordsAbout = (about: Trouble["about"]) =>
				trouble?.about === about ? trouble.words : "";
			for (const field of both) complain(fields[field], wordsAbout(field));
			say(step, wordsAbout("step"));
			step.classList.toggle("expected", trouble?.isExpected ?? false);
			submit.disabled = isWaiting;
			say(submit, isWaiting ? "Asking for a code…" : "Mail me a code");
			cancel.hidden = !isWaiting;
		},
	};
}
