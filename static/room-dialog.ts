/**
 * The dialog about a room that is not for all: its members, invitations, and
 * how it ends. It is loaded when it is first opened.
 */

import { LOBBY } from "../machines/message.ts";
import type { ClientFrame, ServerFrame } from "../machines/protocol.ts";
import { foldName } from "../machines/text.ts";
import { BASE } from "./base-path.ts";
import { showBriefly } from "./brief-notice.ts";
import {
	fieldForm,
	fieldset,
	keepFocus,
	showDialog,
	smallButton,
} from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import type { OwnRoom } from "./own-rooms.ts";
import type { Page } from "./page.ts";
import { avatar, nameTag } from "./person.ts";
import { OFFLINE, UNANSWERED } from "./requests.ts";
import { clearOffline, whenOpen } from "./when-open.ts";
import { locale, nodes, t } from "./words.ts";

type Open = ServerFrame<"invitations">["invitations"][number];

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

const listOf = (id: string, ariaLabel: string) => make("ul", { id, ariaLabel });

export class RoomDialog {
	readonly #page: Page;
	/** The key of the room that it is about. */
	readonly #room: string;
	readonly #dialog: HTMLDialogElement;
	readonly #result = make("p", { className: "hint", role: "status" });
	readonly #members = listOf("members-list", t("html.members"));
	readonly #open = listOf("open-invitations", t("html.invitations"));
	readonly #link = make("input", { readOnly: true, dir: "ltr" });
	/** The invitation that the link is of. */
	#made = "";
	/** Who was invited last. */
	#invited = "";
	readonly #linkRow = make("div", { className: "joined", hidden: true });
	readonly #inviting = this.#makeInviting();
	readonly #titling: HTMLElement;
	readonly #leaving = make("div", "row-of");
	readonly #closing = make("button", "block danger", t("html.close-room"));

	constructor(page: Page, { room, title }: OwnRoom) {
		this.#page = page;
		this.#room = room;
		const leave = button("block", () => leaveOwn(page), t("html.leave"));
		this.#closing.id = "close-room";
		this.#closing.onclick = () => this.#close();
		this.#leaving.append(leave, this.#closing);
		this.#titling = this.#makeTitling(title);
		this.#dialog = showDialog(
			page.titleOf(room),
			this.#result,
			this.#members,
			this.#inviting,
			this.#titling,
			this.#leaving,
		);
		this.#dialog.id = "room-about";
		clearOffline(page, this.#dialog);
		this.render();
	}

	#makeInviting(): HTMLElement {
		const labels = [t("html.invite-name"), t("html.invite")] as const;
		const byName = fieldForm("invite-name", labels, {
			...{ autocapitalize: "none", spellcheck: false },
			...{ maxLength: 33, autofocus: false },
		});
		byName.submit((typed) => this.#invite(typed, byName.field), false);
		const look = { id: "make-link", className: "block" };
		const byLink = button(look, () => this.#makeLink(), t("html.make-link"));
		const copy = button("block", () => this.#copy(), t("copy"));
		this.#link.ariaLabel = t("html.link");
		this.#linkRow.append(this.#link, copy);
		return fieldset(
			t("html.invite"),
			make("p", "hint", t("html.invite-hint")),
			make("div", "row-of", byLink),
			this.#linkRow,
			byName.form,
			this.#open,
		);
	}

	#makeTitling(value: string): HTMLElement {
		const labels = [t("html.title"), t("html.change")] as const;
		const more = { maxLength: 64, autofocus: false, value };
		const { form, label, submit } = fieldForm("title", labels, more);
		label.className = "";
		submit(async (title) => {
			await this.#do({ kind: "titleRoom", room: this.#room, title });
			return "";
		}, false);
		return form;
	}

	/** Shows what has changed. */
	render(): void {
		const room = this.#page.ownRoom;
		if (room?.room !== this.#room) this.#dialog.close();
		if (!room || !this.#dialog.open) return;
		keepFocus(this.#dialog, () => this.#draw(room));
		// Someone has joined, perhaps by one of them.
		void this.#listInvitations();
	}

	#draw(room: OwnRoom): void {
		const { mine = false, closed = false, owner } = room;
		const isPrivate = room.access === "private";
		const title = this.#page.titleOf(room.room);
		say("#room-about h2", title);
		this.#dialog.ariaLabel = title;
		this.#members.replaceChildren(
			this.#member(this.#page.name, owner, [t("you")]),
			...room.names.map((name) =>
				this.#member(name, owner, [], mine && !closed),
			),
		);
		this.#inviting.hidden = !isPrivate || closed;
		this.#titling.hidden = !mine || closed;
		this.#leaving.hidden = !isPrivate;
		this.#closing.hidden = !mine || closed;
	}

	#member(
		name: string,
		owner: string | undefined,
		labels: readonly string[],
		isMine = false,
	): HTMLElement {
		const shown = name === owner ? [...labels, t("owner")] : labels;
		const tags = shown.map((label) => make("span", "label", label));
		const handOver = () => this.#handOver(name);
		const remove = () => this.#remove(name);
		const buttons = [
			smallButton(t("owner.make"), handOver, t("owner.make-of", { name })),
			smallButton(t("remove.yes"), remove, t("remove.of", { name })),
		];
		const all = isMine ? [...tags, ...buttons] : tags;
		return make("li", "", avatar(name), nameTag(name), ...all);
	}

	async #listInvitations(): Promise<void> {
		const { room } = this.#page;
		const answer = await this.#page.requests.ask({ kind: "invitations", room });
		if (answer.kind !== "invitations") {
			if (!this.#page.isOpen) say(this.#result, OFFLINE);
			return;
		}
		const open = answer.invitations;
		const items = open.map((one) => this.#invitation(one));
		keepFocus(this.#dialog, () => this.#open.replaceChildren(...items));
		const made = t("invitation.made", { name: this.#invited });
		const invited = foldName(this.#invited);
		const waits = open.some(({ name = "" }) => foldName(name) === invited);
		if (!waits && this.#result.textContent === made) say(this.#result, "");
		const isThere = open.some((one) => one.invitation === this.#made);
		if (isThere || this.#linkRow.hidden) return;
		// A link is of no use once somebody has joined by it.
		this.#linkRow.hidden = true;
		say(this.#result, "");
	}

	#invitation({ invitation, by, name, expires }: Open): HTMLElement {
		const whom = name ? nameTag(name) : t("invitation.link");
		const until = { whom, by: nameTag(by), day: day.format(expires) };
		const take = async () => {
			await this.#do({ kind: "revoke", invitation });
			await this.#listInvitations();
		};
		const label = name
			? t("invitation.revoke-of", { name })
			: t("invitation.revoke-link");
		const takeBack = smallButton(t("invitation.revoke"), take, label);
		const p = make("span", "", ...nodes("invitation.until", until), " ");
		return make("li", "", p, takeBack);
	}

	/** Asks about a room, and says what came of it. */
	async #do(question: ClientFrame): Promise<void> {
		const words = await this.#page.ask(question);
		say(this.#result, words || t("done"));
	}

	async #makeLink(): Promise<void> {
		const { room } = this.#page;
		const question = { kind: "invite", room } as const;
		const answer = await this.#page.requests.ask(question, UNANSWERED);
		if (answer.kind === "notDone") say(this.#result, answer.words);
		if (answer.kind !== "invited" || answer.token === undefined) return;
		this.#link.value = `${location.origin}${BASE}join#${answer.token}`;
		this.#made = answer.invitation;
		this.#linkRow.hidden = false;
		this.#link.select();
		say(this.#result, t("link.made"));
		await this.#listInvitations();
	}

	async #copy(): Promise<void> {
		this.#link.select();
		const copied = navigator.clipboard?.writeText(this.#link.value);
		const words = await copied?.then(() => t("link.copied")).catch(() => "");
		say(this.#result, words || t("link.copy"));
	}

	async #invite(typed: string, field: HTMLInputElement): Promise<string> {
		const { room } = this.#page;
		say(this.#result, "");
		const name = typed.trim().replace(/^@/, "");
		if (!name) field.focus();
		if (!name) return "";
		const words = await this.#page.ask({ kind: "invite", room, name });
		if (words) return words;
		field.value = "";
		this.#invited = name;
		say(this.#result, t("invitation.made", { name }));
		void this.#listInvitations();
		return "";
	}

	async #remove(name: string): Promise<void> {
		const sure = t("remove.person", { name });
		if (await confirmed(sure, t("about.remove"), t("remove.yes")))
			await this.#do({ kind: "removeMember", room: this.#page.room, name });
	}

	async #handOver(name: string): Promise<void> {
		const sure = t("owner.sure", { name });
		if (await confirmed(sure, t("about.owner"), t("owner.yes")))
			await this.#do({ kind: "handOver", room: this.#page.room, name });
	}

	async #close(): Promise<void> {
		const { room } = this.#page;
		const sure = t("close.sure", { title: this.#page.titleOf(room) });
		if (await confirmed(sure, t("about.close"), t("close.yes")))
			await this.#do({ kind: "closeRoom", room });
	}
}

/** What becomes of the room, and of the member who leaves it. */
export function wordsOfLeaving({ names, mine }: OwnRoom): string {
	if (names.length === 0) return t("about.leave-last");
	const words = t("about.leave");
	return mine ? `${t("about.leave-owner")} ${words}` : words;
}

/** Leaves the room on the screen, which is private, after a confirmation. */
export async function leaveOwn(page: Page): Promise<void> {
	const { room, ownRoom } = page;
	if (!ownRoom) return;
	const sure = t("leave.sure", { title: page.titleOf(room) });
	const words = wordsOfLeaving(ownRoom);
	const [yes, no] = [t("leave.yes"), t("html.cancel")];
	if (!(await confirmed(sure, words, yes, no))) return;
	if (!page.isOpen) return showBriefly(OFFLINE);
	// The dialogs about it close.
	await page.go(LOBBY);
	if (await whenOpen(page))
		showBriefly(await page.ask({ kind: "removeMember", room }));
}

export const openMembers = (page: Page) =>
	page.ownRoom && new RoomDialog(page, page.ownRoom);
