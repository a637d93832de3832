/** What a visitor can ask of the engine: already parsed, whatever it came over. */
import type { MessageType } from "../../machines/message.ts";
import type { PageAsked } from "../archive/archive.ts";
import type { Auth } from "./decide/auth.ts";
import type { Hello } from "./decide/hello.ts";
import type { Open } from "./decide/open.ts";
import type { Words } from "./decide/text.ts";
import type { ErasureAsked } from "./erasures.ts";
import type { Hint } from "./signals.ts";

/** What a client may add to any request, to know the answer by. */
interface Request {
	readonly id?: string | undefined;
}

export type Command = Request &
	(
		| ({ readonly type: typeof MessageType.hello } & Hello)
		| ({ readonly type: typeof MessageType.auth } & Auth)
		| ({ readonly type: typeof MessageType.text } & Words)
		| ({
				readonly type: typeof MessageType.open;
				/** The raw id of a login under way. */
				readonly pending: string | undefined;
		  } & Open)
		| ({ readonly type: typeof MessageType.signal } & Hint)
		| ({ readonly type: typeof MessageType.history } & PageAsked)
		| ({ readonly type: typeof MessageType.erase } & ErasureAsked)
		| { readonly type: typeof MessageType.logout; readonly all: boolean }
	);

export type OpenCommand = Extract<Command, { type: typeof MessageType.open }>;
export type SignalCommand = Extract<
	Command,
	{ type: typeof MessageType.signal }
>;
