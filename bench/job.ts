/**
 * What is asked of a measurement and what it answers. Each runs in a process
 * of its own, so that none finds another's garbage.
 */
import type { Quantiles } from "./histogram.ts";

/** `plume` speaks classic, and so the very bytes of its peers; `plume.2` is what our page speaks. */
export type Contender = "plume" | "plume.2" | "ws" | "socket.io";

export interface LoadJob {
	readonly kind: "load";
	readonly contender: Contender;
	readonly clients: number;
	/** Messages a second, said in turn by all clients. */
	readonly perSecond: number;
	readonly seconds: number;
}

export interface IdleJob {
	readonly kind: "idle";
	readonly contender: Contender;
	readonly clients: number;
	readonly seconds: number;
}

export interface LoginJob {
	readonly kind: "logins";
	readonly contender: Contender;
	readonly clients: number;
}

export interface LogJob {
	readonly kind: "log";
	readonly events: number;
}

export interface TravelJob {
	readonly kind: "travel";
	readonly events: number;
	/** Who are in the room, all the time. */
	readonly people: number;
}

export interface PageJob {
	readonly kind: "page";
	/** How many lines were said before. */
	readonly lines: number;
}

export interface InspectorJob {
	readonly kind: "inspector";
	/** How many with a viewer, and as many without. */
	readonly turns: number;
}

export interface StalledJob {
	readonly kind: "stalled";
	readonly contender: "plume";
	/** How many of each kind: in one a client does not read, in the other all do. */
	readonly turns: number;
}

export type Job =
	| LoadJob
	| IdleJob
	| LoginJob
	| LogJob
	| TravelJob
	| PageJob
	| InspectorJob
	| StalledJob;

export interface Loaded extends Quantiles {
	/** Deliveries a second. */
	readonly offered: number;
	readonly achieved: number;
	/** Each client got each message once, all in one order. */
	readonly isComplete: boolean;
	/** Server CPU for each delivery. */
	readonly cpuUs: number;
	/** How busy the server, the generator and everyone else were, in cores. */
	readonly serverLoad: number;
	readonly generatorLoad: number;
	readonly othersLoad: number;
	readonly rssMiB: number;
}

export interface Idle {
	readonly rssKiBEach: number;
}

export interface LoggedIn extends Quantiles {
	readonly perSecond: number;
}

export interface LogMeasured {
	/** To the line that says where the server listens. */
	readonly startMs: number;
	/** With a snapshot, and almost as much behind it as there ever is: the median after several crashes. */
	readonly crashedMs: number;
	/** With the snapshot that a stop leaves: the median of several. */
	readonly restartMs: number;
	/** Events a second, in processes of their own. */
	readonly replayed: number;
	readonly parsed: number;
	readonly parsedAndHashed: number;
}

export interface TravelMeasured {
	/** From the command to a chart on the page. */
	readonly usableMs: number;
	/** Until every event can be sought. */
	readonly wholeMs: number;
	/** From a pull of the slider to the moment on the page, of random events. */
	readonly seekP50Ms: number;
	readonly seekP95Ms: number;
	readonly seekMaxMs: number;
	readonly answers: TravelAnswered;
	readonly rssMiB: number;
}

/** From a question over HTTP to all of its answer. */
export interface TravelAnswered {
	readonly nextP95Ms: number;
	readonly marksP95Ms: number;
	readonly timeP95Ms: number;
	readonly compareP95Ms: number;
	readonly stretchP95Ms: number;
}

export interface PageMeasured {
	/** Until a first visitor on a slow phone can type their name. */
	readonly usableMs: number;
	/** While scrolling to the first line. */
	readonly longestTaskMs: number;
	readonly rows: number;
	readonly reachedStart: boolean;
	/** From a key to its paint, while 50 messages a second arrive. */
	readonly paintP50Ms: number;
	readonly paintMaxMs: number;
}

export interface InspectorMeasured {
	/** Server CPU for each event: before anyone looked, after, and while one does. */
	readonly neverUs: number;
	readonly leftUs: number;
	readonly oneUs: number;
	/** How many of the events the viewer was shown meanwhile, as a share. */
	readonly shown: number;
}

export interface Turns extends Quantiles {
	/** The median of the p99s of all half seconds. */
	readonly pieceP99Ms: number;
}

export interface StalledMeasured {
	readonly isComplete: boolean;
	/** What the others' latency was while all read, and while one did not. */
	readonly without: Turns;
	readonly stalling: Turns;
	/** And in the half seconds in which the server held something for it, and how many those were. */
	readonly holding: Turns;
	readonly pieces: number;
	/** The most for any one client, in the process and in the kernel. */
	readonly unsentKiB: number;
	readonly inKernelKiB: number;
}

export type Answer =
	| Loaded
	| Idle
	| LoggedIn
	| LogMeasured
	| TravelMeasured
	| PageMeasured
	| InspectorMeasured
	| StalledMeasured;

export interface Row {
	readonly scenario: string;
	readonly job: Job;
	/** Or why there is none. */
	readonly answer: Answer | { readonly failed: string };
}
