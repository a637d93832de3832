/**
 * The form for the code from the mail. A code is accepted in any case and with
 * dashes, and is sent as soon as it is complete. Shows how many tries and
 * minutes are left, and when another mail may be asked for.
 */

import { CODE_LENGTH, readCode } from "../machines/code.ts";
import { complain, find, say } from "./element.ts";
import type { Page } from "./page.ts";

const NO_CODE = "A code has 6 letters and digits. Copy it from the mail.";

const some = (n: number, one: string, more: string) =>
	`${n} ${n === 1 ? one : more}`;

export function verifyForm(page: Page) {
	const form = find("#verify", HTMLFormElement);
	const field = find("#code", HTMLInputElement);
	const submit = find("#verify-submit", HTMLButtonElement);
	const resend = find("#resend", HTMLButtonElement);

	function sendIfComplete() {
		const code = readCode(field.value);
		submit.disabled = code === undefined;
		if (code !== undefined) page.dispatch({ type: "code", code });
		else if (field.value.trim().length > CODE_LENGTH) complain(field, NO_CODE);
	}

	field.oninput = sendIfComplete;
	form.onsubmit = sendIfComplete;
	resend.onclick = () => page.dispatch({ type: "resend" });
	find("#another").onclick = () => page.dispatch({ type: "leave" });

	function renderTimes() {
		const { tries, expires, resendAt } = page.snapshot.context;
		if (expires === 0) return;
		const minutes = Math.ceil((expires - Date.now()) / 60_000);
		const wait = Math.ceil((resendAt - Date.now()) / 1_000);
		const times = `${some(tries, "try", "tries")} and ${some(minutes, "minute", "minutes")} left.`;
		const tooOld = "This code is too old: ask for another.";
		say("#verify-left", minutes > 0 ? times : tooOld);
		say(resend, wait > 0 ? `Send again in ${wait} s` : "Send it again");
		const isIdle = page.snapshot.matches({ loggingIn: "verifying" });
		resend.disabled = wait > 0 || !isIdle;
	}
	setInterval(renderTimes, 1_000);

	return {
		/** Sends, too, a code that was typed while there was no connection. */
		focus() {
			field.focus();
			sendIfComplete();
		},
		clear: () => form.reset(),
		render() {
			const { snapshot } = page;
			const { email, note, trouble } = snapshot.context;
			const checking = snapshot.matches({ loggingIn: "checking" });
			const lost = snapshot.matches("returning");
			say("#verify-email", email);
			say("#verify-note", lost ? "Connecting…" : note);
			complain(field, (!lost && trouble?.words) || "");
			say(submit, checking ? "Checking…" : "Come in");
			field.readOnly = checking;
			submit.disabled ||= checking;
			renderTimes();
		},
	};
}
