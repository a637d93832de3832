import { type Connection, sameAsNow } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import type { AboutConnection } from "./messages.ts";

/** Carries out what the sequencer has for a connection, as soon as this node has the events that it rests on; but not if it is over by then. */
export function tellConnection(
	message: AboutConnection,
	connection: Connection,
	engine: Engine,
	isOver: () => boolean,
): void {
	const { attachments } = engine.services;
	const isSame = sameAsNow(connection);
	switch (message.kind) {
		case "login": {
			const { login, at } = message;
			attachments.attach(connection, login);
			engine.pipeline.after(at, () => {
				if (!isOver()) attachments.admit(connection, login);
			});
			break;
		}
		case "tell":
			engine.pipeline.after(message.at, () => {
				if (!isSame()) return;
				for (const each of message.messages) connection.mailbox.put(each);
			});
			break;
		case "end":
			connection.gone ||= message.reason === "replaced";
			connection.transport.onEnd(message.reason, message.words);
	}
}
