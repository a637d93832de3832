/** Makes rooms that are not for all: private ones, and those in which a few talk directly. Sets the titles and topics of rooms, too. */
import type { Identity, RoomName } from "../../../machines/events.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import { trimInvisible, withoutControls } from "../../../machines/text.ts";
import type { Entry } from "../../log/log.ts";
import { actorOf } from "./actor.ts";
import { done, type Handler, inside, refuse, type View } from "./decision.ts";
import { mayOwnNoMore, memberIn, personCalled } from "./membership.ts";
import { roomOpened } from "./rooms.ts";
import { mutedUntil } from "./sanction.ts";

export const makeRoom = inside<"makeRoom">(
	({ view, person: maker }, { title, id }) => {
		if (isFull(view)) return refuse("roomsAreLeft");
		if (mayOwnNoMore(view, maker)) return refuse("privateRoomsAreLeft");
		const room = `~${view.secrets.id()}`;
		const titled = titleOf(view, room, title);
		if (!titled) return refuse("titleIsLegal");
		return {
			entries: [...opened(view, room, "private", [maker]), titled],
			replies: [{ kind: "roomReady", room, id }],
		};
	},
);

export const titleRoom: Handler<"titleRoom"> = (view, command) => {
	const { room, id } = command;
	const member = memberIn(view, room);
	if (typeof member === "string") return refuse(member);
	if (!member.isOwner) return refuse("isOwner");
	if (mutedUntil(view, member.room) > 0) return refuse("isNotMuted");
	const titled = titleOf(view, room, command.title);
	if (!titled) return refuse("titleIsLegal");
	const broken = brokenRoomRule(member.room, titled.event);
	return broken ? refuse(broken) : done([titled], id);
};

/** The owner of a private room, or who moderates a public one, sets its topic. */
export const setTopic: Handler<"setTopic"> = (view, { room, text, id }) => {
	const { client, now: time, limits, secrets } = view;
	const asker = client?.matches("inRoom") && client.context;
	const context = view.state.room(room)?.context;
	// Before anything else: others must not learn what is there.
	if (!asker || !context || asker.room !== room) return refuse("isInside");
	const { role, person } = actorOf(view, asker, room);
	if (context.people && context.maker !== person) return refuse("isOwner");
	if (role === "lateAdmin") return refuse("loginIsFresh");
	if (!context.people && role === "member") return refuse("isModerator");
	if (mutedUntil(view, context) > 0) return refuse("isNotMuted");
	const line = lineOf(text, limits.topicPoints);
	if (line === undefined) return refuse("topicIsLegal");
	const fact = { time, room, client: asker.id };
	const topic = { type: "topic.changed" as const, ...fact };
	const entry = secrets.worded(topic, line);
	const broken = brokenRoomRule(context, entry.event);
	return broken ? refuse(broken) : done([entry], id);
};

/** The room of these people, which is made if there is none. It is the same whichever of them opens it. */
export const talkTo = inside<"talkTo">(
	({ view, person: asker }, { names, id }) => {
		const { state, limits, secrets } = view;
		const people = new Set([asker]);
		for (const name of names) {
			const person = personCalled(view, name);
			if (person === undefined) return refuse("personIsKnown");
			people.add(person);
		}
		if (people.size < 2) return refuse("personIsOther");
		const sorted = [...people].sort();
		const { blocks } = state.server.context;
		const isBlocked = sorted.some(
			(one) =>
				blocks?.get(one)?.includes(asker) || blocks?.get(asker)?.includes(one),
		);
		if (isBlocked) return refuse("personCanBeAsked");
		const room = `~${secrets.mac("direct", ...sorted).slice(0, 22)}`;
		const context = state.room(room)?.context;
		const missing = sorted.filter((one) => !context?.people?.has(one));
		if (missing.length > 0 && isFull(view)) return refuse("roomsAreLeft");
		// Whom others ask has not opened it, and so is kept from nothing.
		const own = state.roomsOf(asker).filter((key) => {
			const { access, people } = state.room(key)?.context ?? {};
			return access === "direct" && people?.get(asker)?.by === asker;
		});
		if (missing.includes(asker) && own.length >= limits.directRooms)
			return refuse("directRoomsAreLeft");
		return {
			entries: opened(view, room, "direct", missing, asker),
			replies: [{ kind: "roomReady", room, id }],
		};
	},
);

/** Whether there are as many rooms as there may be. */
const isFull = ({ state, limits }: View) =>
	state.rooms.size >= limits.rooms + limits.privateRooms;

/** Opens a room, unless it is open, and adds these people. */
function opened(
	view: View,
	room: RoomName,
	access: "private" | "direct",
	people: readonly Identity[],
	by = people[0] ?? "",
): readonly Entry[] {
	const { now: time } = view;
	return [
		...roomOpened(view, room, access === "private" ? by : undefined, access),
		...people.map((identity) => ({
			event: { type: "member.added", time, room, identity, by } as const,
		})),
	];
}

/** A title, which is text beside its event; undefined if this can be none. */
function titleOf(view: View, room: RoomName, typed: string) {
	const { client, now: time, limits, secrets } = view;
	const line = lineOf(typed, limits.titlePoints);
	if (!client || !line) return undefined;
	const { identity, name } = client.context;
	const title = { type: "room.titled", time, room, identity, name } as const;
	return secrets.worded(title, line);
}

/** Plain words on one line, perhaps none; undefined if they are too long. Normalising takes more than linear time. */
function lineOf(typed: string, points: number): string | undefined {
	if (typed.length > 4 * points) return undefined;
	const text = trimInvisible(withoutControls(typed)).normalize("NFC");
	const isLegal = [...text].length <= points && text.isWellFormed();
	return isLegal ? text : undefined;
}
