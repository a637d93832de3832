/** The side effects of the page machine, by the names that it has for them. */

import type { PageContext, PageEvent } from "../machines/page-events.ts";
import type { Chat } from "./chat.ts";
import type { enterForm } from "./enter.ts";
import type { Socket } from "./socket.ts";
import * as storage from "./storage.ts";
import type { verifyForm } from "./verify.ts";

interface Parts {
	readonly socket: Socket;
	readonly chat: Chat;
	readonly enter: ReturnType<typeof enterForm>;
	readonly verify: ReturnType<typeof verifyForm>;
}

interface Args {
	readonly context: PageContext;
	readonly event: PageEvent;
}

export function pageActions({ socket, chat, enter, verify }: Parts) {
	return {
		connect: () => socket.connect(),
		disconnect: () => socket.disconnect(),
		savePending({ event }: Args) {
			if (event.type === "pending")
				storage.savePending(event.id, event.update.expires);
		},
		saveSession({ event }: Args) {
			if (event.type === "session") storage.saveSession(event.token);
		},
		resumeSends({ event }: Args) {
			// Nothing can be sent before the machine has taken the welcome.
			if (event.type === "welcome") queueMicrotask(() => chat.welcome(event));
		},
		pauseSends: () => chat.sends.outbox().disconnected(),
		changeRoom: ({ context }: Args) => chat.enter(context.room),
		explainLobby({ event }: Args) {
			if (event.type === "refused") chat.view.explain(event.trouble.words);
		},
		showForm({ context: { farewell } }: Args) {
			storage.dropKey();
			chat.view.clear();
			verify.clear();
			if (farewell) {
				storage.forgetPerson();
				enter.clear();
			}
			// A field can take the focus only once its screen is shown.
			queueMicrotask(enter.focus);
		},
		clearCode: verify.clear,
		focusCode: () => queueMicrotask(verify.focus),
		sendHello({ context: { name, email, room } }: Args) {
			if (!storage.isSameEmail(email, storage.storedPerson().email))
				chat.forgetSends();
			storage.savePerson({ name, email });
			socket.send({ kind: "hello", text: `${name}\n${email}`, room });
		},
		sendCode({ event }: Args) {
			if (event.type === "code")
				socket.send({ kind: "auth", text: event.code });
		},
		sendOpen({ context: { room, key } }: Args) {
			const keys = storage.openCredentials(room, key);
			const position = "session" in keys ? chat.view.position : {};
			socket.send({ kind: "open", ...keys, ...position, room });
		},
		sendLogout({ event }: Args) {
			if (event.type === "logout")
				socket.send({ kind: "logout", all: event.all || undefined });
		},
		sendEraseAll: () => socket.send({ kind: "eraseAll" }),
	};
}
