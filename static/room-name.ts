/** Names and addresses of rooms. */

import { LOBBY } from "../machines/message.ts";
import { foldName } from "../machines/text.ts";
import { BASE } from "./base-path.ts";

const ROOMS = `${BASE}r/`;
/** The key of a room that is not for all. */
const KEY = /^~[\w-]{22}$/;
const NAME = /^(?=[\p{L}\p{N}])[\p{L}\p{M}\p{N}_-]{1,32}$/u;

/** The name as the server folds it, with a hyphen for a space; or "" if no room can have it. */
export function roomName(raw: string): string {
	// Twice: the lower case of some letters folds further.
	if (KEY.test(raw)) return raw;
	const name = foldName(foldName(raw.trim()))
		.replace(/^#/, "")
		.replace(/\s+/g, "-");
	return NAME.test(name) ? name : "";
}

/** The room at an address, or "" if no room can be there. */
export function roomAt(path: string): string {
	if (!path.startsWith(ROOMS)) return LOBBY;
	try {
		const name = path.slice(ROOMS.length).replace(/\/$/, "");
		return roomName(decodeURIComponent(name));
	} catch {
		return "";
	}
}

export const pathOf = (room: string): string =>
	room === LOBBY ? BASE : ROOMS + encodeURIComponent(room);

/** The token of an invitation at an address, or "". */
export const invitationAt = ({ pathname, hash }: Location): string =>
	pathname === `${BASE}join` ? hash.slice(1) : "";
