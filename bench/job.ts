/**
 * What is asked of a measurement and what it answers. Each runs in a process
 * of its own, so that none finds another's garbage.
 */
import type { EdgesMeasured } from "./edges.ts";
import type { measureInspector } from "./inspector.ts";
import type { idle, load, logins } from "./load.ts";
import type { measurePage } from "./page.ts";
import type { measureLog } from "./replay.ts";
import type { measureStalled } from "./stalled.ts";
import type { measureTravel } from "./travel.ts";

/** `plume` speaks classic, and so the very bytes of its peers; `plume.2` is what our page speaks. */
export type Contender = "plume" | "plume.2" | "ws" | "socket.io";

/** What serves people in the scenario `edges`: which processes, and where the log is. */
export type Setup = "ws" | "one process" | "edge and sequencer" | "log on NATS";

interface CrowdJob {
	readonly contender: Contender;
	readonly clients: number;
}

interface Jobs {
	/** All clients say so many messages a second, in turn. */
	readonly load: CrowdJob & {
		readonly perSecond: number;
		readonly seconds: number;
	};
	readonly edges: Omit<Jobs["load"], "contender"> & { readonly setup: Setup };
	readonly idle: CrowdJob & { readonly seconds: number };
	readonly logins: CrowdJob;
	readonly log: { readonly events: number };
	/** So many people are in the room, all the time. */
	readonly travel: { readonly events: number; readonly people: number };
	/** So many lines were said before. */
	readonly page: { readonly lines: number };
	/** So many turns with a viewer, and as many without. */
	readonly inspector: { readonly turns: number };
	/** So many turns of each kind: in one a client does not read, in the other all do. */
	readonly stalled: { readonly contender: "plume"; readonly turns: number };
}

export type JobOf<Kind extends keyof Jobs> = Jobs[Kind] & {
	readonly kind: Kind;
};
export type Job = { [Kind in keyof Jobs]: JobOf<Kind> }[keyof Jobs];

export type Loaded = Awaited<ReturnType<typeof load>>;
export type InspectorMeasured = Awaited<ReturnType<typeof measureInspector>>;
export type StalledMeasured = Awaited<ReturnType<typeof measureStalled>>;

export type Answer =
	| Loaded
	| EdgesMeasured
	| InspectorMeasured
	| StalledMeasured
	| Awaited<
			ReturnType<
				| typeof idle
				| typeof logins
				| typeof measureLog
				| typeof measurePage
				| typeof measureTravel
			>
	  >;

export interface Row {
	readonly scenario: string;
	readonly job: Job;
	/** Or why there is none. */
	readonly answer: Answer | { readonly failed: string };
}
