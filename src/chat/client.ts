/**
 * A Client that is attached: a browser tab, or anything else that can hold a
 * conversation. It has a User, at most one Room, and a mailbox whose
 * `onMessage` belongs to its transport. One person on two devices is two
 * Clients with equal Users.
 */
import type { ClientId } from "../../machines/events.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Room } from "./room.ts";
import type { User } from "./user.ts";

export interface Client {
	readonly id: ClientId;
	readonly user: User;
	readonly mailbox: Mailbox;
	room?: Room | undefined;
}
