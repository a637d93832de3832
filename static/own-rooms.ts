/** What the page shows of rooms that are not for all. */

import { isPublic, LOBBY } from "../machines/message.ts";
import type { ServerFrame } from "../machines/protocol.ts";
import { find } from "./element.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import type { RoomDialog } from "./room-dialog.ts";
import { storedInvitation } from "./storage.ts";
import { t } from "./words.ts";

export type OwnRoom = ServerFrame<"ownRooms">["rooms"][number];

/** What a room is called. A direct one has the names of its other people. */
export function titleOf({ access, title, names }: OwnRoom): string {
	if (access === "direct") return names.join(", ") || t("room.alone");
	return title || t("room.untitled");
}

export class OwnRooms {
	readonly #page: Page;
	#dialog: RoomDialog | undefined;

	constructor(page: Page) {
		this.#page = page;
		find("#members").onclick = async () => {
			this.#dialog = (await later())?.openMembers(page);
		};
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
}
