/** The table of docs/cluster.md that computes nodes from people, rooms and what was measured. */

/** Measured; bench/README.md and docs/cluster.md say how. */
const measured = {
	/** To send one message to one client, on an edge, in rooms where little is said. */
	deliveryUs: 11,
	/** To take an event into the state, on every node. */
	foldUs: 8,
	/** To decide, store and pass on one message, on a sequencer that takes 5,000 a second. */
	decideUs: 110,
	/** What the state of one person takes, on every node. */
	stateKiB: 0.7,
	/** What a connection takes, on the node that carries it. */
	connectionKiB: 12.2,
	/** One line of a log in which people talk. */
	eventBytes: 310,
	/** What one stream takes at 64 KiB a batch. */
	streamPerSecond: 38_000,
	/** Idle, on one node; `PLUME_LIMIT_CONNECTIONS` has it as its default. */
	peoplePerNode: 10_000,
};

/** Share of a core that a node should use at most: above it the tail grows. */
const BUSY = 0.6;
const HEAP_KIB = 4 * 1024 * 1024;
/** What a NATS server may send of 10 Gbit/s. */
const NETWORK_BYTES = BUSY * 1.25e9;
const NATS_SERVERS = 3;
const DAY_SECONDS = 86_400;

interface Group {
	readonly people: number;
	readonly room: number;
	/** What each of them says. */
	readonly linesPerMinute: number;
}

interface Size {
	readonly events: number;
	readonly deliveries: number;
	/** 0 if no number of nodes is enough. */
	readonly nodes: number;
	readonly bound: string;
	/** How full that bound is: above 1 it breaks. */
	readonly full: number;
}

/** How many nodes carry a group, and which bound that no further node moves is the nearest. */
export function sizeOf({ people, room, linesPerMinute }: Group): Size {
	const events = (people * linesPerMinute) / 60;
	const deliveries = events * room;
	const cpu = (us: number, perSecond: number) => (us * perSecond) / 1e6;
	const left = BUSY - cpu(measured.foldUs, events);
	const forCpu = cpu(measured.deliveryUs, deliveries) / left;
	const nodes = Math.max(
		2,
		Math.ceil(Math.max(forCpu, people / measured.peoplePerNode)),
	);
	const sent = (events * measured.eventBytes * nodes) / NATS_SERVERS;
	const kib =
		people * measured.stateKiB + (people / nodes) * measured.connectionKiB;
	const bounds = {
		"the sequencer's processor": cpu(measured.decideUs, events) / BUSY,
		"folding on every node": cpu(measured.foldUs, events) / BUSY,
		"the stream": events / measured.streamPerSecond,
		"the network of NATS": sent / NETWORK_BYTES,
		"memory of each node": kib / HEAP_KIB,
	};
	const [[bound, full] = ["", 0]] = Object.entries(bounds).toSorted(
		([, one], [, other]) => other - one,
	);
	return { events, deliveries, nodes: left > 0 ? nodes : 0, bound, full };
}

const whole = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export const sizingHead = [
	...["people", "in rooms of", "lines/min each", "events/s", "deliveries/s"],
	...["nodes", "log a day", "nearest bound", "how full"],
];

export function sizingRows(): readonly (readonly string[])[] {
	const groups = [1000, 10_000, 100_000, 1_000_000].flatMap((people) =>
		[10, 100, 1000].map((room) => ({ people, room, linesPerMinute: 0.2 })),
	);
	const busy = [100_000, 1_000_000].map((people) => ({
		...{ people, room: 100, linesPerMinute: 1 },
	}));
	return [...groups, ...busy].map((group) => {
		const { events, deliveries, nodes, bound, full } = sizeOf(group);
		const gigabytes = (events * measured.eventBytes * DAY_SECONDS) / 1e9;
		return [
			...[group.people, group.room, group.linesPerMinute].map(whole.format),
			...[events, deliveries, nodes].map(whole.format),
			`${whole.format(gigabytes)} GB`,
			...[bound, `${whole.format(full * 100)} %${full > 1 ? ": breaks" : ""}`],
		];
	});
}
