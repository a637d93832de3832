/**
 * Every limit, with its default, its unit (last in the name) and what it is
 * for. Each is configuration: `codeTries` is `PLUME_LIMIT_CODE_TRIES`.
 */
interface Limit {
	readonly value: number;
	readonly help: string;
	/** Lifted by PLUME_LIMITS=off. Bounds that protect memory never are. */
	readonly liftable?: true;
}

export const limitTable = {
	codeSeconds: { value: 600, help: "how long a login code is good" },
	codeTries: { value: 5, help: "tries before a login code is burned" },
	codeResends: { value: 3, help: "times a code may be sent again" },
	resendSeconds: { value: 60, help: "wait before a code is sent again" },
	mailAddressHour: {
		value: 5,
		help: "mails an hour to one address from one network",
		liftable: true,
	},
	mailAddressDay: {
		value: 10,
		help: "mails a day to one address from one network",
		liftable: true,
	},
	mailNetworkHour: {
		value: 60,
		help: "mails an hour for one network",
		liftable: true,
	},
	mailAddressTotalDay: {
		value: 20,
		help: "mails a day to one address, where it never logged in",
		liftable: true,
	},
	mailStrangersPercent: {
		value: 50,
		help: "of a burst of mails, for the unknown",
	},
	knownNetworkDays: { value: 30, help: "a network is known after a login" },
	mailPerSecond: { value: 1, help: "mails a second in all", liftable: true },
	mailBurst: { value: 30, help: "mails at once", liftable: true },
	mailQueueSeconds: { value: 60, help: "longest wait for a mail to go out" },
	mailTimeoutSeconds: { value: 10, help: "time-out of one mail" },
	mailInFlight: { value: 10, help: "mails on their way at once" },
	sessionDays: { value: 30, help: "how long a browser stays logged in" },
	graceSeconds: { value: 60, help: "how long a lost tab keeps its place" },
	helloSeconds: { value: 10, help: "wait for hello after connecting" },
	frameBytes: { value: 65_536, help: "largest frame" },
	nameUnits: { value: 256, help: "UTF-16 units of a name as it comes" },
	roomUnits: { value: 256, help: "UTF-16 units of a room as it comes" },
	emailUnits: { value: 320, help: "UTF-16 units of an email as it comes" },
	codeUnits: { value: 64, help: "UTF-16 units of a code as it comes" },
	textPoints: { value: 4_000, help: "code points in one message" },
	messagesPerSecond: {
		value: 5,
		help: "messages a second from one client",
		liftable: true,
	},
	messageBurst: { value: 20, help: "messages at once", liftable: true },
	signalsPerSecond: {
		value: 2,
		help: "typing, presence and the like a second from one client",
		liftable: true,
	},
	signalBurst: { value: 10, help: "of those at once", liftable: true },
	mailboxBytes: {
		value: 262_144,
		help: "unsent bytes before a client is too slow",
	},
	pingSeconds: { value: 25, help: "time between pings" },
	pongSeconds: { value: 10, help: "silence after a ping before it is gone" },
	connectionsPerNetwork: {
		value: 16,
		help: "connections from one network that have not logged in",
		liftable: true,
	},
	plainConnectionsPerPeer: {
		value: 64,
		help: "plain HTTP connections from one address that is no trusted proxy",
		liftable: true,
	},
	tabsPerIdentity: {
		value: 8,
		help: "tabs one person may have open",
		liftable: true,
	},
	rooms: { value: 1_000, help: "rooms there may be" },
	roomDays: { value: 30, help: "days until an unused room is forgotten" },
	connections: { value: 10_000, help: "connections in all", liftable: true },
	headerBytes: { value: 8_192, help: "largest request header" },
	headerSeconds: { value: 10, help: "time for a request header to arrive" },
	nameDays: { value: 365, help: "days until an unused name is free again" },
	historyMessages: { value: 100, help: "messages shown to who enters" },
	catchUpItems: { value: 2_000, help: "missed lines shown to who returns" },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limitTable;
export type Limits = Readonly<Record<LimitName, number>>;

/** The defaults; with `lifted`, every rate and count limit is infinite. */
export function defaultLimits(lifted = false): Limits {
	const entries = Object.entries<Limit>(limitTable).map(([name, limit]) => [
		name,
		lifted && limit.liftable ? Number.POSITIVE_INFINITY : limit.value,
	]);
	return Object.fromEntries(entries);
}
