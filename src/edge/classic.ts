/** The protocol of the first Plume: types 0 to 5, and never anything else. */
import { BOT_NAME, MessageType } from "../../machines/message.ts";
import type { Notice } from "../chat/notice.ts";
import { dialect, isAboutCode } from "./dialect.ts";

const message = (type: number, name: string, text: string) => ({
	type,
	user: { name },
	text,
});

function frames(notice: Notice): readonly object[] {
	switch (notice.kind) {
		case "said":
		case "aside":
			return [message(MessageType.text, notice.name, notice.text)];
		case "entered":
		case "left":
			return [message(MessageType.text, notice.name, `${notice.kind} chat`)];
		case "authenticated":
			return [message(MessageType.authAck, notice.name, "")];
		case "refused":
			if (notice.inRoom)
				return [message(MessageType.text, BOT_NAME, notice.text)];
			if (isAboutCode(notice)) return [message(MessageType.authRst, "", "")];
			return [message(MessageType.mayNotEnter, "", notice.text)];
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
