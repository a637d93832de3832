/** Asks for one's own rooms that are not for all, now and whenever they change. */
import { inside, NOTHING } from "./decision.ts";

export const ownRooms = inside<"ownRooms">(
	({ connection, asker }, { id }, { ownRooms }) => {
		ownRooms.ask(connection, asker, id);
		return NOTHING;
	},
);
