/** What is measured, by name. `quick` keeps the shape and drops the length. */
import type { Contender, Job, Setup } from "./job.ts";

const everyone: readonly Contender[] = ["plume", "plume.2", "ws", "socket.io"];

const load = (clients: number, perSecond: number, seconds: number) =>
	everyone.map(
		(contender): Job => ({
			kind: "load",
			contender,
			clients,
			perSecond,
			seconds,
		}),
	);

const setups: readonly Setup[] = [
	"ws",
	"one process",
	"edge and sequencer",
	"log on NATS",
];

export interface Scenario {
	readonly says: string;
	jobs(quick: boolean): readonly Job[];
}

export const scenarios: Readonly<Record<string, Scenario>> = {
	steady: {
		says: "100 clients in one room, each says 5 messages a second",
		jobs: (quick) => load(100, 500, quick ? 4 : 20),
	},
	saturation: {
		says: "200 clients in one room are offered more and more",
		jobs: (quick) =>
			(quick ? [2000, 10_000] : [500, 2000, 5000, 10_000]).flatMap(
				(perSecond) => load(200, perSecond, quick ? 3 : 6),
			),
	},
	rooms: {
		says: "one room of each size, 50,000 deliveries a second",
		jobs: (quick) =>
			(quick ? [10, 1000] : [10, 100, 1000, 5000]).flatMap((clients) =>
				load(clients, 50_000 / clients, quick ? 3 : 5),
			),
	},
	edges: {
		says: "the same load on one process, on an edge and its sequencer, and with the log on NATS, in turns",
		jobs: (quick) =>
			(quick ? [1] : [1, 2, 3]).flatMap(() =>
				[
					{ clients: 10, perSecond: 50 },
					{ clients: 100, perSecond: 500 },
					{ clients: 200, perSecond: 5000 },
				].flatMap((offered) =>
					setups.map((setup) => ({
						...{ kind: "edges" as const, setup, ...offered },
						seconds: quick ? 3 : 5,
					})),
				),
			),
	},
	stalled: {
		says: "200 clients, 1,000,000 deliveries a second: all read, then one more does not, in turns of 15 s",
		jobs: (quick) => [
			{ kind: "stalled", contender: "plume", turns: quick ? 1 : 6 },
		],
	},
	idle: {
		says: "clients who are inside and say nothing",
		jobs: (quick) =>
			everyone.map((contender) => ({
				kind: "idle",
				contender,
				clients: quick ? 1000 : 10_000,
				seconds: quick ? 3 : 30,
			})),
	},
	logins: {
		says: "200 clients log in at once (peers only let them in)",
		jobs: () =>
			everyone.map((contender) => ({
				kind: "logins",
				contender,
				clients: 200,
			})),
	},
	log: {
		says: "a log of each length is started from, and replayed with --verify",
		jobs: (quick) =>
			(quick ? [0, 1000, 100_000] : [0, 1000, 100_000, 1_000_000]).map(
				(events) => ({ kind: "log", events }),
			),
	},
	inspector: {
		says: "4 clients, 5000 messages a second: nobody has looked in yet; then one does, and leaves, in turns",
		jobs: (quick) =>
			Array.from({ length: quick ? 1 : 5 }, () => ({
				kind: "inspector",
				turns: quick ? 2 : 4,
			})),
	},
	travel: {
		says: "a log is opened with replay --inspect, in a browser, and random events of it are sought",
		jobs: (quick) =>
			[50, 10_000].map((people) => ({
				kind: "travel",
				events: quick ? 100_000 : 1_000_000,
				people,
			})),
	},
	page: {
		says: "a slow phone opens the page; a browser scrolls up through all that was said, then types while 50 messages a second arrive",
		jobs: (quick) => [{ kind: "page", lines: quick ? 1000 : 10_000 }],
	},
};
