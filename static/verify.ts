/**
 * The code from the mail: taken as it is pasted, in any case and with any
 * dashes, and sent off by itself when it is whole. Tells how many tries and
 * minutes are left, and when another mail may be asked for.
 */

import { CODE_LENGTH, readCode } from "../machines/code.ts";
import type { PageSnapshot } from "../machines/page.ts";
import type { PageEvent } from "../machines/page-events.ts";
import { find, say } from "./element.ts";

const some = (n: number, one: string, more: string) =>
	`${n} ${n === 1 ? one : more}`;

export function verifyForm(send: (event: PageEvent) => void) {
	const form = find("#verify", HTMLFormElement);
	const field = find("#code", HTMLInputElement);
	const submit = find("#verify-submit", HTMLButtonElement);
	const resend = find("#resend", HTMLButtonElement);
	const wrong = find("#verify-trouble", HTMLElement);
	let shown: PageSnapshot | undefined;

	function sendIfWhole() {
		const code = readCode(field.value);
		submit.disabled = code === undefined;
		if (code !== undefined) send({ type: "code", code });
		else if (field.value.trim().length > CODE_LENGTH)
			say(wrong, "A code has 6 letters and digits. Copy it from the mail.");
	}

	field.oninput = sendIfWhole;
	form.onsubmit = (event) => {
		event.preventDefault();
		sendIfWhole();
	};
	resend.onclick = () => send({ type: "resend" });
	find("#another", HTMLButtonElement).onclick = () => send({ type: "leave" });

	/** What time alone changes. */
	function tick() {
		if (!shown?.context.expires) return;
		const { tries, expires, resendAt } = shown.context;
		const minutes = Math.ceil((expires - Date.now()) / 60_000);
		const wait = Math.ceil((resendAt - Date.now()) / 1_000);
		const times = `${some(tries, "try", "tries")} and ${some(minutes, "minute", "minutes")} left.`;
		say(
			"#verify-left",
			minutes > 0 ? times : "This code is too old: ask for another.",
		);
		say(resend, wait > 0 ? `Send again in ${wait} s` : "Send it again");
		resend.disabled = wait > 0 || !shown.matches({ loggingIn: "verifying" });
	}
	setInterval(tick, 1_000);

	return {
		/** A code that was typed while nobody could hear it is sent now. */
		focus() {
			field.focus();
			sendIfWhole();
		},
		clear: () => form.reset(),
		render(snapshot: PageSnapshot) {
			shown = snapshot;
			const { email, note, trouble } = snapshot.context;
			const checking = snapshot.matches({ loggingIn: "checking" });
			const lost = snapshot.matches("returning");
			say("#verify-email", email);
			say("#verify-note", lost ? "Connecting…" : note);
			say(wrong, lost ? "" : (trouble?.words ?? ""));
			say(submit, checking ? "Checking…" : "Come in");
			field.ariaInvalid = String(wrong.textContent !== "");
			field.readOnly = checking;
			submit.disabled ||= checking;
			tick();
		},
	};
}
