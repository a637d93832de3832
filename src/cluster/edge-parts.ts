/** What an edge is made of. */
import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";
import type { Reporter } from "../engine/parts.ts";
import type { Log } from "../log/log.ts";
import type { Link } from "./link.ts";
import type { FromEdge, FromSequencer, NodeFacts } from "./messages.ts";
import type { Seal } from "./seal.ts";

export type ToSequencer = Link<FromEdge, FromSequencer>;

export interface EdgeParts {
	/** A new connection to the sequencer; undefined while there is none. */
	readonly dial: () => Duplex | undefined;
	/** Whether the log comes another way. */
	readonly hasLog?: boolean;
	readonly seal: Seal;
	readonly clock: Clock;
	readonly report: Reporter;
	readonly onFatal: (error: Error) => void;
	/** What the sequencer is told of this node. */
	readonly about: NodeFacts;
}

/** What an edge says first: who it is, and how far its mirror of the log goes. */
export function helloOf(
	{ about, hasLog }: EdgeParts,
	log: Log | undefined,
): FromEdge {
	const { segments, position, id = "" } = log ?? {};
	return {
		...{ kind: "hello", ...about, hasLog, log: position ? id : "" },
		...{ segment: segments?.growing?.first ?? 0 },
		...{ offset: position?.offset ?? 0, hash: position?.hash ?? "" },
	};
}
