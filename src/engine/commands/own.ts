/** Changes what is one's own, and no event. */
import type { Identity, RoomName } from "../../../machines/events.ts";
import type { OwnChange } from "../../../machines/own.ts";
import { isZone } from "../../../machines/quiet.ts";
import type { Services } from "../services.ts";
import {
	type Decision,
	type Handler,
	inside,
	mayEnter,
	NOTHING,
	personIn,
	refuse,
	type View,
} from "./decision.ts";

/** Takes a change of the one who asks, unless that is no good. */
function change(
	view: View,
	{ id, ...change }: OwnChange & { readonly id?: string | undefined },
	_: unknown,
	{ ownState }: Services,
	isGood: (person: Identity) => boolean = () => true,
): Decision {
	const { client } = view;
	if (!client?.matches("inRoom")) return refuse("isInside");
	const person = personIn(view, client.context);
	if (!isGood(person)) return refuse("placeIsKnown");
	ownState.change(person, change);
	if (id === undefined) return NOTHING;
	return { entries: [], replies: [{ kind: "ownDone", id }] };
}

/** Answers for a room that one may not enter as for one that does not exist. */
const isThere = ({ state }: View, room: RoomName, person: Identity) =>
	state.head(room).epoch !== "" && mayEnter(state, room, person);

export const read: Handler<"read"> = (view, command, _, services) =>
	change(view, command, _, services, (person) => {
		const { room, epoch, offset, said } = command;
		const head = view.state.head(room);
		const isKnown = head.epoch === epoch && offset <= head.offset;
		return isKnown && said <= head.said && isThere(view, room, person);
	});

export const level: Handler<"level"> = (view, command, _, services) =>
	change(view, command, _, services, (person) =>
		isThere(view, command.room, person),
	);

export const quiet: Handler<"quiet"> = (view, command, _, services) =>
	command.zone === undefined || isZone(command.zone)
		? change(view, command, _, services)
		: refuse("frameIsUnderstood");

/** A browser is one person's: it may have been another's before. */
export const subscribe: Handler<"subscribe"> = (view, command, _, services) => {
	const { client } = view;
	const { id: member = "", room = "" } = client?.context ?? {};
	const { session } = view.state.room(room)?.context.members.get(member) ?? {};
	const { ownState } = services;
	if (!client || !session || !ownState.isReachable(command))
		return refuse("pushIsPossible");
	ownState.endAt(command.endpoint, personIn(view, client.context));
	return change(view, { ...command, session }, _, services);
};

export const unsubscribe: Handler<"unsubscribe"> = change;

export const tryPush = inside<"tryPush">(({ person }, { id }, { notes }) => {
	if (!notes.tryOut(person)) return refuse("pushIsPossible");
	return { entries: [], replies: [{ kind: "ownDone", id }] };
});
