/** What follows when a client loses its connection, or goes on to another room. */
import type { ClientLeft } from "../../../machines/events.ts";
import type { Entry } from "../../log/log.ts";
import type { View } from "./decision.ts";

/** A client with a session keeps its seat for a while; any other leaves. */
export function decideLost(
	{ client, now: time, state, limits }: View,
	why: ClientLeft["why"],
): readonly Entry[] {
	if (!client?.matches("inRoom")) return [];
	const { id, room } = client.context;
	const member = state.room(room)?.context.members.get(id);
	const fact = { time, room, client: id };
	if (!member?.session)
		return [{ event: { type: "client.left", ...fact, why } }];
	const deadline = time + limits.graceSeconds * 1000;
	return [{ event: { type: "client.detached", ...fact, deadline } }];
}
