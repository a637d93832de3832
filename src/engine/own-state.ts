/**
 * Changes what is a person's own, on every node, and tells all their tabs.
 * Only the node that decides takes a change from a tab.
 */
import type { Identity, SessionHash } from "../../machines/events.ts";
import type { OwnChange } from "../../machines/own.ts";
import type { ServerFrame } from "../../machines/protocol.ts";
import type { OwnUpdate } from "../people/people.ts";
import type { PushSender } from "../push/sender.ts";
import type { Attachments } from "./attachments.ts";
import { mayEnter } from "./commands/decision.ts";
import { namesHeld } from "./commands/names-held.ts";
import type { EngineParts, RunningParts } from "./parts.ts";
import type { State } from "./state.ts";

interface OwnStateParts extends RunningParts {
	readonly attachments: Attachments;
}

/** All that is a person's own in the rooms that they may enter, for one of their tabs; undefined if there is nothing to say. */
export function ownFrame(
	{ people, states, push }: Pick<EngineParts, "people" | "states" | "push">,
	person: Identity,
): ServerFrame<"own"> | undefined {
	const { quiet, ...own } = people.of(person);
	const isOpen = ({ room }: { readonly room: string }) =>
		mayEnter(states.committed, room, person);
	const reads = own.reads.filter(isOpen);
	const levels = own.levels.filter(isOpen);
	const isEmpty = reads.length + levels.length === 0 && !quiet;
	if (isEmpty && !push) return undefined;
	return { kind: "own", pushKey: push?.publicKey, reads, levels, ...quiet };
}

export class OwnState {
	readonly #parts: OwnStateParts;

	constructor(parts: OwnStateParts) {
		this.#parts = parts;
	}

	/** All that there is, for a node that has just come. What changes meanwhile is told as it is when its turn comes. */
	*all(): Iterable<OwnUpdate> {
		for (const [person, own] of this.#parts.people.all)
			yield { person, change: { kind: "own", own } };
	}

	/** Call on the node that decides. */
	change(person: Identity, change: OwnChange): void {
		const update = { person, change };
		if (this.apply(update)) this.#parts.cluster?.signal(update);
	}

	/** Whether notes can be sent to a browser. */
	isReachable(device: Parameters<PushSender["accepts"]>[0]): boolean {
		return this.#parts.push?.accepts(device) === true;
	}

	/** Sends nothing more to a browser that another person had. */
	endAt(endpoint: string, owner: Identity): void {
		const { people } = this.#parts;
		for (const person of people.reachable)
			if (
				person !== owner &&
				people.of(person).devices.some((one) => one.endpoint === endpoint)
			)
				this.change(person, { kind: "unsubscribe", endpoint });
	}

	/** Call once a session is over: the browsers where notes were turned on in it get none any more. */
	endSession(session: SessionHash): void {
		const { people } = this.#parts;
		for (const person of people.reachable)
			for (const device of people.of(person).devices)
				if (device.session === session)
					this.apply({ person, change: { kind: "unsubscribe", ...device } });
	}

	/** Applies a change that this node or another one decided. Returns whether it is one. */
	apply({ person, change }: OwnUpdate): boolean {
		const { people, attachments, states, server } = this.#parts;
		if (!people.apply({ person, change })) return false;
		const frame =
			change.kind === "own" ? ownFrame(this.#parts, person) : change;
		if (!frame || frame.kind === "subscribe" || frame.kind === "unsubscribe")
			return true;
		const isOpen =
			!("room" in frame) || mayEnter(states.committed, frame.room, person);
		if (isOpen) attachments.tellAll(person, frame);
		server.dispatch();
		return true;
	}

	/** Call once a person's name is free again, or a session of theirs is over: without a name they are gone. */
	forgetIfGone(person: Identity, { server }: State): void {
		const { names } = server.context;
		if (namesHeld(names, person).length === 0)
			this.#parts.people.forget(person);
	}
}
