/**
 * Our frames in the words of Stately's inspector, which knows three: an actor
 * is there, an event came to it, and so it stands. Nothing is in them that is
 * not in a frame or in the source of a machine; a context is always empty.
 */
import type {
	StatelyEventEvent,
	StatelyInspectionEvent,
} from "@statelyai/inspect";
import definitions from "../../docs/charts/definitions.json" with {
	type: "json",
};
import type { Frame, Moment } from "../../machines/frame.ts";

/** Of the inspector whose receiver our tests feed. */
const _version = "0.7.2";

const drawings = new Map(
	Object.entries(definitions).map(([machine, definition]) => [
		machine,
		JSON.stringify(definition),
	]),
);

/** `now` is when a moment is that has no time. */
export function statelyEvents(
	{ seq, time, frames }: Moment,
	now: number,
): readonly StatelyInspectionEvent[] {
	const gone = new Set(
		frames.flatMap(({ type, actor }) => (type === "gone" ? [actor] : [])),
	);
	return frames.flatMap((frame, index) => {
		const { actor } = frame;
		const status = gone.has(actor) ? "done" : "active";
		return eventsOf(frame, status, {
			sessionId: actor,
			rootId: actor, // each of our actors stands alone
			id: `${seq}.${index}`,
			createdAt: String(time ?? now),
			_version,
		});
	});
}

type Common = Pick<
	StatelyEventEvent,
	"sessionId" | "rootId" | "id" | "createdAt" | "_version"
>;

function eventsOf(
	frame: Frame,
	status: "active" | "done",
	common: Common,
): readonly StatelyInspectionEvent[] {
	// An actor is gone by its last step, which says so already.
	if (frame.type === "gone") return [];
	const snapshot = {
		...{ status, output: undefined, error: undefined },
		...{ value: frame.state, context: {} },
	};
	if (frame.type === "actor") {
		const { actor, machine } = frame;
		const name = actor === machine ? actor : `${machine} ${actor.slice(0, 8)}`;
		const definition = drawings.get(machine);
		const parentId = undefined;
		const type = "@xstate.actor";
		return [{ type, ...common, name, parentId, definition, snapshot }];
	}
	const event = { type: frame.event };
	return [
		{ type: "@xstate.event", ...common, event, sourceId: undefined },
		{ type: "@xstate.snapshot", ...common, event, snapshot },
	];
}
