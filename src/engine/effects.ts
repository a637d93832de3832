/** What else follows from a committed event than that a room sees its item. */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import { isChange } from "../../machines/relations.ts";
import type { Report } from "../../machines/server.ts";
import type { Room } from "../chat/room.ts";
import { whereInWords } from "../chat/room-name.ts";
import { personOf, personUnder } from "./commands/names-held.ts";
import type { Step } from "./fold.ts";
import { explained } from "./moderation.ts";
import { adminsOf, type RunningParts } from "./parts.ts";
import type { Services } from "./services.ts";
import type { State } from "./state.ts";

/** Admins are told at most once in so long, however many report. */
const REPORTS_MS = 60_000;

interface EffectsParts {
	readonly parts: RunningParts;
	readonly services: Services;
}

export function applyEffects(
	to: EffectsParts,
	step: Step,
	item: Item | undefined,
): void {
	const { event } = step.stored;
	const { attachments, liveUpdates, notes, pages, retention } = to.services;
	const { server } = to.parts;
	if (item && isChange(item)) pages.onChanged(item);
	if (item?.kind === "edited" || item?.kind === "erased") notes.forget(item);
	switch (event.type) {
		case "message.posted":
			server.room(event.room).presence.stopTyping(event.client);
			if (item?.kind !== "said") break;
			liveUpdates.hear(item);
			notes.hear(item);
			break;
		case "message.edited":
			server.room(event.room).presence.stopTyping(event.client);
			break;
		case "room.closed":
			server.room(event.room).presence.close();
			break;
		case "login.expired":
			attachments.forgetIfGone(event.client);
			break;
		case "room.forgotten":
			server.forget(event.room);
			break;
		case "room.opened":
		case "retention.changed":
			retention.onCommitted(event);
			break;
		case "room.restored": {
			const { recent } = server.room(event.room);
			const { epoch, restored } = to.parts.states.ordered.head(event.room);
			recent.continueFrom({ ...recent.head, epoch, restored });
			break;
		}
		case "client.entered":
			if (item?.kind === "entered")
				attachments.enter(item, server.room(event.room));
			liveUpdates.onJoined(event.room);
			liveUpdates.move(event.client, event.room, step.after);
			break;
		case "client.left":
			liveUpdates.move(event.client, event.room, step.before);
			attachments.leave(event, server.room(event.room));
			break;
		case "client.detached":
		case "client.resumed":
		case "clients.detached":
			liveUpdates.reattach(event, step.before);
			break;
		case "message.erased":
			forgetTitles(server.room(event.room), event.target, step.after);
			break;
		case "room.titled":
			server.room(event.room).titled = step.stored.erasable?.text ?? "";
			break;
		case "topic.changed":
			server.room(event.room).topic = step.stored.erasable?.text ?? "";
			break;
		default:
			tellPeople(to, step);
	}
	to.services.ownRooms.onCommitted(step);
}

/** A title or topic is erased by its own offset. */
function forgetTitles(room: Room, target: number | undefined, after: State) {
	if (target === undefined) return;
	const { titled, topic } = after.room(room.name)?.context ?? {};
	if (target === titled) room.titled = "";
	if (target === topic) room.topic = "";
}

/** Tells people what was done to them, or to those whom they have blocked. */
function tellPeople(
	to: EffectsParts,
	{ stored: { event, erasable }, before, after }: Step,
): void {
	const { attachments, ownState } = to.services;
	switch (event.type) {
		case "identity.banned":
		case "identity.kicked":
			attachments.explain(explained(event, erasable?.text));
			break;
		case "identity.muted":
			attachments.tell(event, explained(event, erasable?.text));
			break;
		case "identity.unmuted":
			attachments.tell(event, (say) =>
				say("you.unmuted", { where: whereInWords(say, "in", event.room) }),
			);
			break;
		case "room.handedOver":
			// In a closed room there is nothing for its owner to do.
			if (event.to !== event.by && !after.room(event.room)?.context.isClosed)
				void tellOwner(to, event);
			break;
		case "message.reported":
			tellAdmins(to, event, before);
			break;
		case "login.succeeded":
		case "name.renamed":
		case "name.released": {
			const owner = before.server.context.names.get(event.nameKey);
			if (event.type === "name.released" && owner)
				ownState.forgetIfGone(personOf(owner), after);
			const who = owner ?? ("identity" in event ? event : undefined);
			const isAsBefore = "name" in event && owner?.name === event.name;
			if (who && !isAsBefore) attachments.tellBlockers(who);
			break;
		}
		case "session.closed": {
			ownState.endSession(event.session);
			// A name may be another person's before its sessions end.
			const { names, sessions } = before.server.context;
			const owner = sessions.get(event.session);
			if (owner) ownState.forgetIfGone(personUnder(names, owner), after);
			break;
		}
		case "identity.blocked":
		case "identity.unblocked":
			attachments.tellBlocks(event.by);
	}
}

/** Tells the admins who are in, unless they were just now. */
function tellAdmins(
	{ services, parts }: EffectsParts,
	{ time, by }: PlumeEvent<"message.reported">,
	{ server }: State,
): void {
	const isNews = (report: Report) => time - report.time >= REPORTS_MS;
	if (server.context.reports?.every(isNews) === false) return;
	for (const identity of adminsOf(parts))
		if (identity !== by)
			services.attachments.tell({ identity }, (say) => say("you.reports"));
}

/** Tells a room's new owner wherever they are: they may have no tab in the room. */
async function tellOwner(
	{ services, parts }: EffectsParts,
	{ to: identity, room }: PlumeEvent<"room.handedOver">,
): Promise<void> {
	const title = (await services.ownRooms.titleOrNone(room)) || "…";
	parts.pipeline.whenDurable(() =>
		services.attachments.tell({ identity }, (say, where) =>
			where === room ? say("you.owner") : say("you.ownerOf", { title }),
		),
	);
}
