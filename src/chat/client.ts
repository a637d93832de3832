/**
 * A Client is one browser tab, or whatever else can carry a conversation: a
 * User, zero or one Room, and a mailbox whose `onMessage` hook is the
 * carrier's. One person on two devices is two Clients with equal Users.
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
