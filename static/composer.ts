/** The composer: grows with the text, sends on Enter, and works without a connection. Each room has its own draft, which is stored. */

import type { Said } from "../machines/message.ts";
import type { Change } from "../machines/relations.ts";
import { withoutEmptyLines } from "../machines/text.ts";
import { asksOnce, commandIn, isForNobody } from "./bot-command.ts";
import { showBriefly } from "./brief-notice.ts";
import type { Chat } from "./chat.ts";
import { find, isTouch } from "./element.ts";
import { emojiButton } from "./emoji-button.ts";
import { later } from "./lazy.ts";
import type { Autocomplete } from "./mention-autocomplete.ts";
import type { PendingLine } from "./outbox.ts";
import type { Page } from "./page.ts";
import { refuseFiles } from "./refuse-files.ts";
import { isFree, type RefusedWords, WaitingWords } from "./refused-words.ts";
import { editMessage, isEditable, isGone, messageAt } from "./relations.ts";
import { type About, aboutAfter, showReplyBar } from "./reply-bar.ts";
import { OFFLINE, UNANSWERED } from "./requests.ts";
import { showField, showRoom } from "./show-field.ts";
import * as storage from "./storage.ts";
import { canBeSent } from "./text-limit.ts";
import { typingSignal } from "./typing-signal.ts";
import { t, translated } from "./words.ts";

type Parts = Pick<Chat, "view" | "sends"> & { readonly page: Page };

export class Composer {
	/** Loaded at the first @ or slash. */
	autocomplete: Autocomplete | undefined;
	readonly #form = find("#composer", HTMLFormElement);
	readonly #field = find("#text", HTMLTextAreaElement);
	readonly #parts: Parts;
	readonly #page: Page;
	#trouble = "";
	#refused: Page["snapshot"]["context"]["trouble"];
	readonly #typing: ReturnType<typeof typingSignal>;
	#about: About | undefined;
	readonly #waiting = new WaitingWords({
		isFree: (...all) =>
			!this.#about && isFree(this.#page, this.#field.value, ...all),
		resume: (refused) => this.#resume(refused),
	});
	readonly #question = asksOnce();

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#page = parts.page;
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
		find("#send").onpointerdown = (event) => event.preventDefault();
		emojiButton(this.#field);
		find("#replying-not").onclick = () => this.#cancel();
		parts.page.reply = (message) => {
			if (this.#mayBegin()) this.#turnTo({ kind: "reply", message });
		};
		parts.page.edit = (message) => this.#beginEdit(message);
		storage.keepEdits(UNANSWERED);
		refuseFiles();
	}

	/** What is written next is about this message, or nothing. Changed words of an edit are not lost, unless they are left. */
	#turnTo(about?: About, isLeft = false): void {
		const { kind, message } = this.#about ?? {};
		const { value } = this.#field;
		const { room } = this.#page;
		this.#about = about;
		if (message && kind === "edit") {
			storage.saveEdit(message);
			// They come back later: something else is about to be in the field.
			this.#waiting.typed();
			if (!isLeft && value !== message.text) this.#keep(message, value, "");
			this.#show(storage.storedDraft(room));
			if (!about) this.#answer();
		} else if (about?.kind !== "edit" && message?.room === room)
			storage.saveReply(room);
		showReplyBar(this.#about);
		if (about) this.#field.focus();
		if (about?.kind === "reply") storage.saveReply(room, about.message);
	}

	/** The words of an edit are in the field again, at once or later; where nothing can be said any more, in the draft. Returns whether they are. */
	#keep({ room, epoch, offset }: Said, text: string, words: string): boolean {
		if (this.#page.room !== room || !this.#page.isClosed)
			return this.#waiting.add({ room, epoch, offset, text, words });
		storage.keepInDraft(room, text);
		return false;
	}

	/** Whether anything may be said here; tells the person if not. */
	#mayBegin(): boolean {
		if (this.#page.isClosed) showBriefly(t("html.closed"));
		return !this.#page.isClosed;
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
		this.#show(text);
		if (text !== message.text) storage.saveEdit(message, text);
		this.#field.setSelectionRange(text.length, text.length);
	}

	#cancel(): void {
		this.#turnTo(undefined, true);
		this.#field.focus();
	}

	/** Without an answer, the words are in the field again; without a connection they stay there. */
	async #sendEdit(message: Said, text: string): Promise<void> {
		const { room } = message;
		if (!this.#page.isOpen) return this.#complain(OFFLINE);
		this.#cancel();
		const forget = storage.keepSent(room, { ...message, text, words: "" });
		this.#waiting.typed();
		const words = await editMessage(this.#page, message, text);
		forget();
		const why = this.#page.isStuck ? "" : words;
		if (!words || this.#keep(message, text, why)) return;
		showBriefly(words);
		if (this.#page.room !== room || !this.#page.isClosed) return;
		this.enter();
		this.render();
	}

	/** The draft is what answers a message, if that is on the screen. */
	#answer(): void {
		const message = messageAt(this.#page, storage.storedReply(this.#page.room));
		if (message) this.#about ??= { kind: "reply", message };
	}

	#resume(refused: RefusedWords) {
		const { text, words } = refused;
		const message = refused.offset ? messageAt(this.#page, refused) : undefined;
		if (message?.text === text) return;
		const isEdit = message && isEditable(message);
		if (isEdit) this.#beginEdit(message, text);
		else this.#write(text);
		const more = !isEdit && refused.offset ? t("composer.was-edit") : "";
		this.#complain(`${words} ${more}`.trim());
	}

	/** What was missed has come: what the draft answers is known, and what was to be edited. */
	caughtUp(): void {
		this.#answer();
		showReplyBar(this.#about);
		this.#waiting.resume();
	}

	/** Shows the room's draft. For another person nothing of this one's is in it. */
	enter(isAnother = false): void {
		const { room, isClosed } = this.#page;
		this.#turnTo(undefined, isAnother);
		this.#waiting.enter(room, isClosed);
		if (!storage.storedDraft(room)) storage.saveReply(room);
		this.#show(storage.storedDraft(room));
	}

	/** Puts lines before the draft, and the cursor behind it all; a command waits. What the only one answers is answered again. */
	#edit(lines: readonly PendingLine[]): void {
		this.#turnTo();
		const draft = this.#field.value;
		const isCommand = isForNobody(draft);
		const all = [...lines.map(({ text }) => text), isCommand ? "" : draft];
		this.#write(all.filter((text) => text !== "").join("\n"));
		if (isCommand)
			this.#waiting.add({ room: this.#page.room, text: draft, words: "" });
		const [first, second] = lines;
		if (!first?.replyTo || second || first.epoch !== this.#page.epoch) return;
		const message = this.#page.lineAt(first.replyTo);
		if (message?.kind === "said") this.#turnTo({ kind: "reply", message });
	}

	/** The bot was not told, or its answer is lost: what was typed is in the field again. A menu is closed by then, or another room is on the screen. While nothing can be said, the bar says why. */
	takeBack(words: string, id = ""): void {
		const one = this.#page.take(id);
		const why = this.#page.isStuck ? "" : words;
		const isSeen =
			this.#page.isOpen && one?.room === this.#page.room && (one.text || why);
		if (one?.text) this.#waiting.add({ ...one, words: why });
		if (one && !isSeen) showBriefly(words);
	}

	/** The connection was lost before the bot answered, which may have heard it all. */
	unheard(): void {
		const ids = [...this.#page.asked.keys()];
		for (const id of ids) this.takeBack(UNANSWERED, id);
		if (ids.length > 0) showBriefly(UNANSWERED);
	}

	/** Shows the server's words, once for each refusal. */
	render(): void {
		const { isOpen, isStuck, snapshot } = this.#page;
		showRoom(this.#field, this.#page);
		this.#complain(isOpen && this.#trouble === OFFLINE ? "" : this.#trouble);
		const refused = isOpen && !isStuck ? snapshot.context.trouble : undefined;
		if (refused === this.#refused) return;
		this.#refused = refused;
		this.#complain(translated(refused?.words ?? ""));
	}

	#onInput(): void {
		this.#waiting.typed();
		const { value } = this.#field;
		const { kind, message } = this.#about ?? {};
		if (kind === "edit" && message) storage.saveEdit(message, value);
		else storage.saveDraft(this.#page.room, value);
		// What is written next answers nothing unseen.
		if (!this.#about && !value) storage.saveReply(this.#page.room);
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
		const last = this.#field.value === "" && this.#page.lastOwn();
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
		const typed = withoutEmptyLines(this.#field.value);
		const { kind, message } = this.#about ?? {};
		const edited = kind === "edit" ? message : undefined;
		if (edited?.text === typed) return this.#cancel();
		if (edited && isGone(this.#page, edited)) {
			this.enter();
			return this.caughtUp();
		}
		if (!edited && this.autocomplete?.run(typed)) return;
		const command = !edited && commandIn(typed);
		const question = command ? "" : this.#question(typed);
		if (question) return this.#complain(question);
		if (edited) return void this.#sendEdit(edited, typed);
		if (command && !this.#page.tellBot(command, typed))
			return showBriefly(OFFLINE);
		this.#write("");
		this.#typing.sent();
		this.#parts.view.spoke();
		const to = message ?? storage.storedReply(this.#page.room);
		if (!command) this.#parts.sends.outbox().add(typed, to);
		this.#turnTo();
		storage.saveReply(this.#page.room);
		this.#waiting.typed();
	}

	#write(text: string): void {
		storage.saveDraft(this.#page.room, text);
		this.#show(text);
	}

	#show(text: string): void {
		this.#field.value = text;
		this.autocomplete?.close();
		this.#complain("");
	}

	#complain(words: string): void {
		this.#trouble = words;
		showField(this.#field, this.#page, words);
	}
}
