import type { Command, Kind } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { Services } from "../services.ts";
import type { Decision, View } from "./decision.ts";

/** Decides a command. Most handlers are pure functions of the view and the command. */
export type Handler<K extends Kind> = (
	view: View,
	command: Command<K>,
	connection: Connection,
	services: Services,
) => Decision;
