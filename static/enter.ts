/**
 * The login form: an email address. Below it stands what is wrong with it, in
 * the browser's words or the server's. A newcomer's name is asked for with the
 * code.
 */

import type { Person } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { complain, find, say } from "./element.ts";
import type { Page } from "./page.ts";
import { storedInvitation } from "./storage.ts";
import { t, translated } from "./words.ts";

export function enterForm(page: Page, person: Person) {
	const form = find("#enter", HTMLFormElement);
	const submit = find("#enter-submit", HTMLButtonElement);
	const cancel = find("#enter-cancel", HTMLButtonElement);
	const step = find("#step-trouble");
	const email = find("#email", HTMLInputElement);

	email.value = person.email;
	cancel.onclick = () => page.dispatch({ type: "leave" });
	form.onsubmit = () => {
		email.value = trimInvisible(email.value);
		complain(email, email.validationMessage);
		const update = { name: "", email: email.value };
		if (form.checkValidity()) page.dispatch({ type: "submit", update });
		else email.focus();
	};

	return {
		focus: () => email.focus(),
		clear: () => form.reset(),
		render() {
			const { trouble, farewell, isErased } = page.snapshot.context;
			const isWaiting = page.snapshot.matches("loggingIn");
			const isAboutEmail = trouble?.about === "email";
			const why = translated(trouble?.words ?? "");
			// The session may be over because it is done: nobody tells that any more.
			const words = farewell && !isErased ? `${why} ${t("erase.look")}` : why;
			complain(email, isAboutEmail ? words : "");
			say(step, isAboutEmail ? "" : words);
			step.classList.toggle("expected", trouble?.isExpected ?? false);
			find("#invited").hidden = storedInvitation() === "";
			submit.disabled = isWaiting;
			say(submit, isWaiting ? t("enter.asking") : t("enter.submit"));
			cancel.hidden = !isWaiting;
		},
	};
}
