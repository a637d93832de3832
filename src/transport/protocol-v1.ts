/** The protocol of the first Plume: types 0 to 5, and never anything else. */
import { BOT_NAME, MessageType } from "../../machines/message.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import { dialect, isAboutCode } from "./dialect.ts";

const frame = (type: number, name: string, text: string) => ({
	type,
	user: { name },
	text,
});

function frames(message: ServerMessage): readonly object[] {
	switch (message.kind) {
		case "said":
		case "aside":
			return [frame(MessageType.text, message.name, message.text)];
		case "entered":
		case "left":
			return [frame(MessageType.text, message.name, `${message.kind} chat`)];
		case "authenticated":
			return [frame(MessageType.authAck, message.name, "")];
		case "refused":
			if (message.inRoom)
				return [frame(MessageType.text, BOT_NAME, message.text)];
			if (isAboutCode(message)) return [frame(MessageType.authRst, "", "")];
			return [frame(MessageType.mayNotEnter, "", message.text)];
		case "pending":
		case "eraseDone":
		case "headsDone":
		case "session":
		case "erased":
		case "ack":
		case "page":
		case "latest":
		case "welcome":
		case "head":
		case "typing":
		case "members":
		case "presence":
			return [];
	}
}

export const classic = dialect(frames, false);
