/** The composer: grows with the text, sends on Enter, and works without a connection. Each room has its own draft, which is stored. */

import type { Said } from "../machines/message.ts";
import type { Change } from "../machines/relations.ts";
import { withoutEmptyLines } from "../machines/text.ts";
import { commandIn, isForNobody, looksLikeCommand } from "./bot-command.ts";
import { showBriefly } from "./brief-notice.ts";
import type { Chat } from "./chat.ts";
import { find, isTouch, say, show } from "./element.ts";
import { emojiButton } from "./emoji-button.ts";
import { fitField } from "./fit-field.ts";
import { later } from "./lazy.ts";
import type { Autocomplete } from "./mention-autocomplete.ts";
import type { PendingLine } from "./outbox.ts";
import type { Page } from "./page.ts";
import { refuseFiles } from "./refuse-files.ts";
import { type RefusedWords, WaitingWords } from "./refused-words.ts";
import { current, editMessage, isEditable } from "./relations.ts";
import { type About, aboutAfter, showReplyBar } from "./reply-bar.ts";
import { OFFLINE, UNANSWERED } from "./requests.ts";
import { keepEdits, keepSent, saveDraft, storedDraft } from "./storage.ts";
import { canBeSent, tooLong } from "./text-limit.ts";
import { typingSignal } from "./typing-signal.ts";
import { t, translated } from "./words.ts";

interface Parts extends Pick<Chat, "view" | "sends"> {
	readonly page: Page;
}

export class Composer {
	/** Loaded at the first @ or slash. */
	autocomplete: Autocomplete | undefined;
	readonly #form = find("#composer", HTMLFormElement);
	readonly #field = find("#text", HTMLTextAreaElement);
	readonly #submit = find("#send", HTMLButtonElement);
	readonly #parts: Parts;
	#trouble = "";
	#refused: Page["snapshot"]["context"]["trouble"];
	readonly #typing: ReturnType<typeof typingSignal>;
	#about: About | undefined;
	readonly #waiting = new WaitingWords({
		isFree: () => this.#isFree(),
		resume: (refused) => this.#resume(refused),
	});
	/** A text that looks like a command; it is sent when it is submitted again. */
	#questioned = "";

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#typing = typingSignal(parts.page);
		find("#failed-edit").onclick = () => {
			this.#edit(parts.sends.outbox().drop());
			this.render();
			this.#field.focus();
		};
		this.#field.oninput = () => this.#onInput();
		this.#field.onkeydown = (event) => this.#onKey(event);
		this.#form.onsubmit = () => this.#send();
		// The field keeps the focus, or a touch keyboard would close.
		this.#submit.onpointerdown = (event) => event.preventDefault();
		emojiButton(this.#field);
		find("#replying-not").onclick = () => this.#cancel();
		parts.page.reply = (message) => {
			if (this.#mayBegin()) this.#turnTo({ kind: "reply", message });
		};
		parts.page.edit = (message) => this.#beginEdit(message);
		keepEdits(UNANSWERED);
		refuseFiles();
	}

	/** What is written next is about this message, or nothing. Changed words of an edit are not lost, unless they are left. */
	#turnTo(about?: About, isLeft = false): void {
		const { kind, message } = this.#about ?? {};
		const { value } = this.#field;
		this.#about = about;
		if (message && kind === "edit") {
			saveDraft(message.room, "", "edit");
			if (!isLeft && value !== message.text)
				this.#waiting.keepInDraft(message.room, value);
			this.#field.value = storedDraft(this.#parts.page.room);
			this.autocomplete?.close();
			this.#complain("");
		}
		showReplyBar(about);
		if (about) this.#field.focus();
	}

	/** Whether anything may be said here; tells the person if not. */
	#mayBegin(): boolean {
		const { isClosed } = this.#parts.page;
		if (isClosed) showBriefly(t("html.closed"));
		return !isClosed;
	}

	/** What is answered may be edited, or deleted. An edit may be done that had no answer. */
	updateReply(change: Change): void {
		const about = aboutAfter(this.#about, change, this.#field.value);
		if (about) this.#about = about;
		else this.#turnTo(undefined, true);
	}

	/** Puts the words of a message into the field. The draft waits. */
	#beginEdit(message: Said, text = message.text): void {
		if (!this.#mayBegin()) return;
		this.#turnTo({ kind: "edit", message });
		this.#field.value = text;
		this.#complain("");
		this.#field.setSelectionRange(text.length, text.length);
	}

	#cancel(): void {
		this.#turnTo(undefined, true);
		this.#field.focus();
	}

	/** Without an answer, the words are in the field again; without a connection they stay there. */
	async #sendEdit(message: Said): Promise<void> {
		const { page } = this.#parts;
		const { room } = message;
		const text = withoutEmptyLines(this.#field.value);
		if (text === message.text) return this.#cancel();
		if (!page.isOpen) return this.#complain(OFFLINE);
		this.#cancel();
		const forget = keepSent(room, text);
		this.#waiting.typed();
		const words = await editMessage(page, message, text);
		forget();
		if (!words) return;
		const why = page.isStuck ? "" : words;
		const isEditing = this.#about?.kind === "edit";
		const isHere = page.room === room && !page.isClosed && !isEditing;
		// They would replace what is written there.
		if (!isHere) this.#waiting.keepInDraft(room, text);
		else if (this.#waiting.add({ room, message, text, words: why })) return;
		showBriefly(words);
		if (page.room !== room || !page.isClosed) return;
		this.enter();
		this.render();
	}

	#isFree(): boolean {
		const { isClosed, asked } = this.#parts.page;
		return !(isClosed || this.#about || asked.size || this.#field.value);
	}

	#resume({ room, message, text, words }: RefusedWords): void {
		const now = message && current(this.#parts.page, message);
		if (now?.text === text) return;
		const isEdit = message && !now?.erased;
		if (isEdit) saveDraft(room, text, "edit");
		if (isEdit) this.#beginEdit(message, text);
		else this.#write(text);
		this.#complain(words);
	}

	/** Shows the room's draft. For another person nothing of this one's is in it. */
	enter(isAnother = false): void {
		this.#turnTo(undefined, isAnother);
		const { room } = this.#parts.page;
		this.#waiting.enter(room, isAnother);
		this.#field.value = storedDraft(room);
		this.autocomplete?.close();
		this.#complain("");
	}

	/** Puts lines before the draft, and the cursor behind it all; a command waits. What the only one answers is answered again. */
	#edit(lines: readonly PendingLine[]): void {
		this.#turnTo();
		const { page } = this.#parts;
		const draft = this.#field.value;
		const isCommand = isForNobody(draft);
		const all = [...lines.map(({ text }) => text), isCommand ? "" : draft];
		this.#write(all.filter((text) => text !== "").join("\n"));
		if (isCommand)
			this.#waiting.add({ room: page.room, text: draft, words: "", isCommand });
		const [first, second] = lines;
		if (!first?.replyTo || second || first.epoch !== page.epoch) return;
		const message = page.lineAt(first.replyTo);
		if (message?.kind === "said") this.#turnTo({ kind: "reply", message });
	}

	/** The bot was not told, or its answer is lost: what was typed is in the field again. A menu is closed by then, or another room is on the screen. While nothing can be said, the bar says why. */
	takeBack(words: string, id = ""): void {
		const { page } = this.#parts;
		const one = page.take(id);
		const why = page.isStuck ? "" : words;
		const isSeen = page.isOpen && one?.room === page.room && (one.text || why);
		if (one?.text) this.#waiting.add({ ...one, words: why, isCommand: true });
		if (one && !isSeen) showBriefly(words);
	}

	/** The connection was lost before the bot answered, which may have heard it all. */
	unheard(): void {
		const ids = [...this.#parts.page.asked.keys()];
		for (const id of ids) this.takeBack(UNANSWERED, id);
		if (ids.length > 0) showBriefly(UNANSWERED);
	}

	/** Shows the server's words, once for each refusal. */
	render(): void {
		const { isOpen, isStuck, snapshot, room, isClosed } = this.#parts.page;
		const title = this.#parts.page.titleOf(room);
		const isDirect = this.#parts.page.ownRoom?.access === "direct";
		const words = isDirect ? t("composer.to", { title }) : "";
		this.#field.placeholder = words || t("composer.in", { title });
		// What was not said is still at hand there.
		show(this.#form, !isClosed || this.#field.value !== "");
		find("#closed").hidden = !isClosed;
		this.#dim();
		if (isOpen && this.#trouble === OFFLINE) this.#complain("");
		const refused = isOpen && !isStuck ? snapshot.context.trouble : undefined;
		if (refused === this.#refused) return;
		this.#refused = refused;
		this.#complain(translated(refused?.words ?? ""));
	}

	#onInput(): void {
		this.#waiting.typed();
		const { value } = this.#field;
		const item = this.#about?.kind === "edit" ? "edit" : "draft";
		saveDraft(this.#parts.page.room, value, item);
		this.#complain("");
		void this.#suggest();
		this.#typing.typed(value);
	}

	async #suggest(): Promise<void> {
		if (this.autocomplete) return this.autocomplete.update();
		if (!/@|^\//.test(this.#field.value)) return;
		const part = await later(false);
		const parts = { ...this.#parts, field: this.#field };
		this.autocomplete ??= part?.mentionAutocomplete(parts);
		this.autocomplete?.update();
	}

	#onKey(event: KeyboardEvent) {
		const { key, shiftKey, isComposing } = event;
		if (isComposing) return;
		const last = this.#field.value === "" && this.#parts.page.lastOwn();
		if (key === "ArrowUp" && last && isEditable(last)) {
			event.preventDefault();
			return this.#beginEdit(last);
		}
		if (!shiftKey && this.autocomplete?.onKey(key))
			return event.preventDefault();
		if (key === "Escape" && this.#about) return this.#cancel();
		// A touch keyboard has no Shift at hand, so Enter makes a new line there.
		if (key !== "Enter" || shiftKey || isTouch()) return;
		event.preventDefault();
		this.#form.requestSubmit();
	}

	#send() {
		if (!canBeSent(this.#field.value) || !this.#mayBegin()) return;
		if (this.#about?.kind === "edit")
			return void this.#sendEdit(this.#about.message);
		const typed = withoutEmptyLines(this.#field.value);
		if (this.autocomplete?.run(typed)) return;
		const command = commandIn(typed);
		if (!command && looksLikeCommand(typed) && typed !== this.#questioned) {
			this.#questioned = typed;
			const text = typed.slice(0, 40);
			return this.#complain(t("composer.command", { text }));
		}
		if (command && !this.#parts.page.tellBot(command, typed))
			return showBriefly(OFFLINE);
		this.#write("");
		this.#typing.sent();
		this.#parts.view.spoke();
		if (!command) this.#parts.sends.outbox().add(typed, this.#about?.message);
		this.#turnTo();
		this.#waiting.typed();
	}

	#write(text: string): void {
		this.#field.value = text;
		this.autocomplete?.close();
		saveDraft(this.#parts.page.room, text);
		this.#complain("");
	}

	#complain(words: string): void {
		this.#trouble = words;
		this.#update();
	}

	/** Fits the field to its text, and shows what is wrong with it. */
	#update(): void {
		fitField(this.#field);
		this.#dim();
		say("#text-trouble", tooLong(this.#field.value) || this.#trouble);
	}

	/** Dims the button while nothing can be sent. */
	#dim(): void {
		const isOn = !this.#parts.page.isClosed && canBeSent(this.#field.value);
		// A disabled button would lose the focus.
		this.#submit.ariaDisabled = String(!isOn);
	}
}
