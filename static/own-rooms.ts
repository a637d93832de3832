/**
 * What the page asks about rooms that are not for all, and how it makes one,
 * joins one, and talks to one person directly.
 */

import { isPublic, LOBBY } from "../machines/message.ts";
import type { ClientFrame, ServerFrame } from "../machines/protocol.ts";
import { find } from "./element.ts";
import type { AboutRooms, RoomEvent } from "./frames.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { OFFLINE, Requests } from "./requests.ts";
import type { RoomDialog } from "./room-dialog.ts";
import { storedInvitation } from "./storage.ts";
import { t } from "./words.ts";

export type OwnRoom = ServerFrame<"ownRooms">["rooms"][number];
export type AnswerAboutRooms =
	| AboutRooms
	| Extract<RoomEvent, { kind: "roomsRefused" }>;
export type Question = Extract<
	ClientFrame,
	{
		kind:
			| ("makeRoom" | "talkTo" | "titleRoom" | "setTopic" | "invite")
			| (
					| "invitations"
					| "revoke"
					| "join"
					| "removeMember"
					| "handOver"
					| "closeRoom"
			  );
	}
>;

/** What a room is called. A direct one has the names of its other people. */
export function titleOf({ access, title, names }: OwnRoom): string {
	if (access === "direct") return names.join(", ") || t("room.alone");
	return title || t("room.untitled");
}

export class OwnRooms {
	readonly #page: Page;
	#dialog: RoomDialog | undefined;
	readonly #requests: Requests<AnswerAboutRooms>;

	constructor(page: Page) {
		this.#page = page;
		const offline = { kind: "roomsRefused", words: OFFLINE } as const;
		this.#requests = new Requests<AnswerAboutRooms>(page, "r", offline);
		page.askRooms = (question) => this.go(question);
		find("#members").onclick = () => void this.#openDialog();
	}

	/** Asks for one's own rooms. The server tells of changes from then on. */
	async welcome(): Promise<void> {
		this.#page.send({ kind: "ownRooms" });
		this.render();
		document.querySelector("#invitation")?.remove();
		if (storedInvitation()) (await later(false))?.offerInvitation(this.#page);
	}

	/** Call when the room on the screen is another, or one's own rooms are. */
	render(): void {
		const { room, role, ownRoom } = this.#page;
		find("#members").hidden = !ownRoom;
		find("#share").hidden = ownRoom !== undefined;
		find("#set-topic").hidden = isPublic(room)
			? role === "member"
			: !ownRoom?.mine || ownRoom.closed === true;
		find("#leave").hidden = room === LOBBY || !isPublic(room);
		this.#dialog?.render();
	}

	async #openDialog(): Promise<void> {
		const part = await later();
		this.#dialog ??= part?.makeRoomDialog(this.#page, this);
		this.#dialog?.open();
	}

	/** Resolves with the answer; without a connection, or if it is lost, with words about that. */
	ask(question: Question): Promise<AnswerAboutRooms> {
		return this.#requests.ask(question);
	}

	/** Nobody answers any more. */
	disconnected(): void {
		this.#requests.disconnected();
	}

	receive(answer: AnswerAboutRooms): void {
		this.#requests.receive(answer);
	}

	/** Goes to the room that was made, joined or opened; else says why not. */
	async go(question: Question): Promise<string> {
		const answer = await this.ask(question);
		if (answer.kind === "roomReady") void this.#page.go(answer.room);
		return answer.kind === "roomsRefused" ? answer.words : "";
	}
}
