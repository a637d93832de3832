/**
 * The dialog about a room that is not for all: its members, invitations, and
 * how it ends. It is loaded when it is first opened.
 */

/// <reference path="./html.d.ts" />
import { LOBBY } from "../machines/message.ts";
import type { ClientFrame, ServerFrame } from "../machines/protocol.ts";
import { BASE } from "./base-path.ts";
import { closeBeside, smallButton } from "./dialog.ts";
import { complain, find, make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import type { OwnRoom } from "./own-rooms.ts";
import type { Page } from "./page.ts";
import { avatar, nameTag } from "./person.ts";
import html from "./room-dialog.html" with { type: "text" };
import { addMarkup } from "./translate.ts";
import { locale, nodes, t } from "./words.ts";

type Open = ServerFrame<"invitations">["invitations"][number];

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

export class RoomDialog {
	readonly #page: Page;
	readonly #dialog = find("#room-about", HTMLDialogElement);
	readonly #title = find("#title", HTMLInputElement);
	readonly #link = find("#invite-link", HTMLInputElement);
	readonly #name = find("#invite-name", HTMLInputElement);
	/** The key of the room that it is about. */
	#shown = "";

	constructor(page: Page) {
		this.#page = page;
		closeBeside(this.#dialog);
		// The token is for nobody who opens it next.
		this.#dialog.onclose = () => {
			this.#link.value = "";
		};
		find("#make-link").onclick = () => void this.#makeLink();
		find("#copy-link").onclick = () => void this.#copy();
		// A form in a dialog would close it.
		find("#invite-by-name").onsubmit = (event) => {
			event.preventDefault();
			void this.#invite();
		};
		find("#title-form").onsubmit = (event) => {
			event.preventDefault();
			const { room } = page;
			void this.#do({ kind: "titleRoom", room, title: this.#title.value });
		};
		find("#leave-room").onclick = () => void this.#leave();
		find("#close-room").onclick = () => void this.#close();
	}

	/** Shows what has changed. */
	render(): void {
		const room = this.#page.ownRoom;
		if (room?.room !== this.#shown) this.#dialog.close();
		if (!room || !this.#dialog.open) return;
		this.#draw(room);
		// Someone has joined, perhaps by one of them.
		void this.#listInvitations();
	}

	open(): void {
		const room = this.#page.ownRoom;
		if (!room) return;
		this.#shown = room.room;
		this.#title.value = room.title;
		this.#link.value = "";
		for (const field of [this.#name, this.#title]) complain(field, "");
		find("#link-row").hidden = true;
		say("#room-result", "");
		this.#draw(room);
		this.#dialog.showModal();
		void this.#listInvitations();
	}

	#draw(room: OwnRoom): void {
		const { mine = false, closed = false, owner } = room;
		const isPrivate = room.access === "private";
		say("#room-about-title", this.#page.titleOf(room.room));
		find("#members-list").replaceChildren(
			this.#member(this.#page.name, owner, [t("you")]),
			...room.names.map((name) =>
				this.#member(name, owner, [], mine && !closed),
			),
		);
		find("#invite-people").hidden = !isPrivate || closed;
		find("#title-form").hidden = !mine || closed;
		find("#leave-row").hidden = !isPrivate;
		find("#close-room").hidden = !mine || closed;
	}

	#member(
		name: string,
		owner: string | undefined,
		labels: readonly string[],
		isMine = false,
	): HTMLElement {
		const shown = name === owner ? [...labels, t("owner")] : labels;
		const tags = shown.map((label) => make("span", "label", label));
		const handOver = () => void this.#handOver(name);
		const remove = () => void this.#remove(name);
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
		const open = answer.kind === "invitations" ? answer.invitations : [];
		find("#open-invitations").replaceChildren(
			...open.map((one) => this.#invitation(one)),
		);
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
		const takeBack = smallButton(
			t("invitation.revoke"),
			() => void take(),
			label,
		);
		const p = make("span", "", ...nodes("invitation.until", until), " ");
		return make("li", "", p, takeBack);
	}

	/** Asks about a room, and says what came of it. */
	async #do(question: ClientFrame): Promise<void> {
		const words = await this.#page.ask(question);
		say("#room-result", words || t("done"));
	}

	async #makeLink(): Promise<void> {
		const { room } = this.#page;
		const answer = await this.#page.requests.ask({ kind: "invite", room });
		if (answer.kind === "notDone") say("#room-result", answer.words);
		if (answer.kind !== "invited" || answer.token === undefined) return;
		this.#link.value = `${location.origin}${BASE}join#${answer.token}`;
		find("#link-row").hidden = false;
		this.#link.select();
		say("#room-result", t("link.made"));
		await this.#listInvitations();
	}

	async #copy(): Promise<void> {
		this.#link.select();
		const copied = navigator.clipboard?.writeText(this.#link.value);
		const words = await copied?.then(() => t("link.copied")).catch(() => "");
		say("#room-result", words || t("link.copy"));
	}

	async #invite(): Promise<void> {
		const { room } = this.#page;
		const name = this.#name.value.trim().replace(/^@/, "");
		if (!name) return this.#name.focus();
		const words = await this.#page.ask({ kind: "invite", room, name });
		complain(this.#name, words);
		if (words) return this.#name.focus();
		this.#name.value = "";
		say("#room-result", t("invitation.made", { name }));
		await this.#listInvitations();
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

	async #leave(): Promise<void> {
		const { room } = this.#page;
		const sure = t("leave.sure", { title: this.#page.titleOf(room) });
		if (!(await confirmed(sure, t("about.leave"), t("leave.yes")))) return;
		this.#dialog.close();
		await this.#page.go(LOBBY);
		await this.#page.whenOpen();
		await this.#do({ kind: "removeMember", room });
	}

	async #close(): Promise<void> {
		const { room } = this.#page;
		const sure = t("close.sure", { title: this.#page.titleOf(room) });
		if (await confirmed(sure, t("about.close"), t("close.yes")))
			await this.#do({ kind: "closeRoom", room });
	}
}

export function makeRoomDialog(page: Page): RoomDialog {
	addMarkup(html);
	return new RoomDialog(page);
}
