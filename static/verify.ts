/**
 * The form for the code from the mail. A code is accepted in any case and with
 * dashes, and is sent as soon as it is complete. Shows how many tries and
 * minutes are left, and when another mail may be asked for. A newcomer is
 * asked for a name once the code was right.
 */

import { CODE_LENGTH, readCode } from "../machines/code.ts";
import type { Trouble } from "../machines/page-events.ts";
import { trimInvisible } from "../machines/text.ts";
import { complain, find, make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { duration, nodes, t, translated } from "./words.ts";

const NO_CODE = t("verify.no-code");
/** Code points of a name. The server refuses a longer one, in words. */
const LONGEST = 32;

/** How many tries and minutes are left, and when another code can be asked for. */
function renderTimes(page: Page, resend: HTMLButtonElement): void {
	const { tries, expires, resendAt } = page.snapshot.context;
	if (expires === 0) return;
	const minutes = Math.ceil((expires - Date.now()) / 60_000);
	const wait = Math.ceil((resendAt - Date.now()) / 1_000);
	const left = {
		tries: t("verify.tries", { count: tries }),
		minutes: duration(minutes, "minute"),
	};
	say("#verify-left", minutes > 0 ? t("verify.left", left) : t("verify.old"));
	say(
		resend,
		wait > 0 ? t("verify.wait", { count: wait }) : t("verify.resend"),
	);
	const isIdle = page.snapshot.matches({ loggingIn: "verifying" });
	resend.disabled = wait > 0 || !isIdle;
}

/** A name has no spaces: one with dashes is offered instead, of what may be in a name. Returns the name, if it can be asked for. */
function typedName(field: HTMLInputElement): string {
	const words = trimInvisible(field.value).split(/\s+/);
	const name = words.join("-");
	const other = name.match(/[\p{L}\p{M}\p{N}_]+/gu)?.join("-") ?? "";
	const offer = find("#name-offer");
	const isFit = other && [...other].length <= LONGEST;
	offer.hidden = words.length < 2 || !isFit;
	say(offer, t("name.use", { name: other }));
	offer.onclick = () => {
		field.value = other;
		field.form?.requestSubmit();
	};
	if (!name) complain(field, t("name.missing"));
	if (words.length > 1) complain(field, t("name.spaces"));
	return words.length > 1 ? "" : name;
}

export function verifyForm(page: Page) {
	const form = find("#verify", HTMLFormElement);
	const field = find("#code", HTMLInputElement);
	const submit = find("#verify-submit", HTMLButtonElement);
	const resend = find("#resend", HTMLButtonElement);

	const name = find("#name", HTMLInputElement);
	/** The server has asked for a name. */
	let asksName = false;
	/** What it asked with, which is no mistake of the person's. */
	let question: Trouble | undefined;
	/** The code that was sent on this connection. */
	let sent = "";

	function sendIfComplete() {
		const code = readCode(field.value);
		if (page.snapshot.matches({ loggingIn: "verifying" })) sent = code ?? "";
		submit.disabled = code === undefined;
		if (code !== undefined) page.dispatch({ type: "code", code });
		else if (field.value.trim().length > CODE_LENGTH) complain(field, NO_CODE);
	}

	function sendName() {
		const code = readCode(field.value);
		const chosen = typedName(name);
		if (code && chosen) page.dispatch({ type: "code", code, name: chosen });
		else name.focus();
	}

	field.oninput = sendIfComplete;
	form.onsubmit = () => (asksName ? sendName() : sendIfComplete());
	resend.onclick = () => page.dispatch({ type: "resend" });
	find("#another").onclick = () => page.dispatch({ type: "leave" });

	/** Shows the field for a name in place of the one for the code, or back. */
	function askName(isAsked: boolean) {
		asksName = isAsked;
		find("#code-part").hidden = isAsked;
		find("#name-part").hidden = !isAsked;
		resend.hidden = isAsked;
		say("#verify-title", isAsked ? t("welcome") : t("verify.title"));
	}

	setInterval(renderTimes, 1_000, page, resend);

	return {
		/** Sends, too, a code that was typed while there was no connection. One that was refused for now, or that another mail replaces, is the person's to send. */
		focus() {
			submit.disabled = false;
			if (asksName) return name.focus();
			field.focus();
			const { note } = page.snapshot.context;
			if (!note && readCode(field.value) !== sent) sendIfComplete();
		},
		clear() {
			sent = "";
			form.reset();
			askName(false);
			find("#name-offer").hidden = true;
		},
		render() {
			const { snapshot } = page;
			const { email, note, trouble } = snapshot.context;
			const checking = snapshot.matches({ loggingIn: "checking" });
			const lost = snapshot.matches("returning");
			if (lost) sent = "";
			const to = make("bdi", { id: "verify-email" }, email);
			find("#verify-sent").replaceChildren(...nodes("verify.sent", { to }));
			say("#verify-note", lost ? t("connecting") : translated(note));
			if (trouble?.about === "name" && !asksName) {
				askName(true);
				question = trouble;
			}
			const words = lost || trouble === question ? "" : trouble?.words;
			complain(asksName ? name : field, translated(words ?? ""));
			say(submit, checking ? t("verify.checking") : t("verify.submit"));
			field.readOnly = checking;
			submit.disabled ||= checking;
			renderTimes(page, resend);
		},
	};
}
