/**
 * Every limit, with its default and its purpose; its unit is the last word of
 * its name. Each can be configured: `codeTries` is `PLUME_LIMIT_CODE_TRIES`.
 */
import { type ValuesOf, valuesOf, wholeNumber } from "./settings.ts";

/** A size or a duration: it always holds. */
const bound = wholeNumber;

/** A rate or a count: lifted by PLUME_LIMITS=off. */
const rate = (value: number, help: string) => ({
	...wholeNumber(value, help),
	lifted: Number.POSITIVE_INFINITY,
});

export const limitTable = {
	codeSeconds: bound(600, "how long a login code is good", 60),
	codeTries: bound(5, "tries before a login code is burned"),
	codeResends: bound(3, "times a code may be sent again"),
	resendSeconds: bound(60, "wait before a code is sent again"),
	mailAddressHour: rate(5, "mails an hour to one address from one network"),
	mailAddressDay: rate(10, "mails a day to one address from one network"),
	mailNetworkHour: rate(60, "mails an hour for one network"),
	mailAddressTotalDay: rate(
		20,
		"mails a day to one address, where it never logged in",
	),
	mailStrangersPercent: bound(
		50,
		"share of a burst of mails that strangers may use",
	),
	knownNetworkDays: bound(30, "how long a network is known after a login"),
	mailPerSecond: rate(1, "mails a second in all"),
	mailBurst: rate(30, "mails at once"),
	mailQueueSeconds: bound(60, "longest wait for a mail to go out"),
	mailTimeoutSeconds: bound(10, "time-out of one mail"),
	mailInFlight: bound(10, "mails on their way at once"),
	sessionDays: bound(30, "how long a browser stays logged in"),
	graceSeconds: bound(60, "how long a lost tab keeps its place"),
	helloSeconds: bound(10, "wait for hello after connecting"),
	frameBytes: bound(65_536, "largest frame", 1_024),
	nameUnits: bound(256, "UTF-16 units of a name as it was sent", 64),
	roomUnits: bound(256, "UTF-16 units of a room as it was sent", 64),
	emailUnits: bound(320, "UTF-16 units of an email as it was sent", 254),
	codeUnits: bound(64, "UTF-16 units of a code as it was sent", 16),
	guessesHour: rate(10, "wrong emails for one name from one network, an hour"),
	guessesNetworkHour: rate(60, "wrong emails from one network, an hour"),
	namesHeld: rate(5, "names one person may hold"),
	sessionsHeld: rate(20, "browsers in which one person stays logged in"),
	roomsMade: rate(20, "rooms one person may have made"),
	privateRoomsMade: rate(
		20,
		"private rooms one person may own, closed ones too",
	),
	privateRooms: bound(20_000, "rooms there may be that are not for all"),
	privateRoomsJoined: rate(500, "private rooms one person may be a member of"),
	directRooms: rate(200, "rooms one person may open to talk to a few others"),
	roomMembers: bound(500, "members of a private room"),
	titlePoints: bound(64, "code points in the title of a private room"),
	topicPoints: bound(200, "code points in the topic of a room"),
	invitationDays: bound(7, "days an invitation is good"),
	invitationsHeld: rate(50, "invitations of one person that wait"),
	textPoints: bound(4_000, "code points in one message"),
	reasonPoints: bound(300, "code points in a moderator's reason"),
	reports: bound(1_000, "reports that may wait for an admin"),
	reportsHeld: rate(20, "reports of one person that may wait"),
	blocksHeld: rate(500, "people one person may have blocked"),
	sanctionsMade: rate(
		1_000,
		"people whom the maker of a room may have muted, or sent out",
	),
	messagesPerSecond: rate(5, "messages a second from one person"),
	messageBurst: rate(20, "messages at once"),
	signalsPerSecond: rate(
		2,
		"typing, presence and the like a second from one person",
	),
	signalBurst: rate(10, "typing, presence and the like at once"),
	entriesPerSecond: rate(
		1,
		"times a second one person may come back or change rooms",
	),
	entryBurst: rate(100, "times at once one person may do so"),
	identityBytesDay: rate(
		33_554_432,
		"bytes of the log one person may take up a day",
	),
	roomMemoryBytes: bound(2_097_152, "what one room remembers", 262_144),
	allRoomsBytes: bound(67_108_864, "what all rooms remember", 2_097_152),
	mailboxBytes: bound(
		262_144,
		"unsent bytes before a client is too slow",
		1_024,
	),
	pingSeconds: bound(25, "time between pings"),
	pongSeconds: bound(10, "silence after a ping that ends a connection"),
	connectionsPerNetwork: rate(
		16,
		"connections from one network that have neither asked for a code nor logged in",
	),
	plainConnectionsPerPeer: rate(
		64,
		"plain HTTP connections from one address that is no trusted proxy",
	),
	tabsPerIdentity: rate(8, "tabs one person may have open"),
	rooms: bound(1_000, "rooms there may be"),
	roomDays: bound(30, "days until an unused room is forgotten"),
	connections: rate(10_000, "connections in all"),
	headerBytes: bound(8_192, "largest request header", 2_048),
	sheddingDelayMilliseconds: rate(
		250,
		"delay of the event loop above which newcomers are refused",
	),
	headerSeconds: bound(10, "time for a request header to arrive"),
	nameDays: bound(365, "days until an unused name is free again"),
	historyMessages: bound(100, "messages shown to a newcomer"),
	catchUpItems: bound(2_000, "missed lines sent to a client that comes back"),
	catchUpRelations: bound(
		8_000,
		"missed edits, reactions and pins sent to a client that comes back",
	),
	editHours: bound(24, "how long the words of a message may be changed"),
	reactionKinds: bound(20, "kinds of reactions to one message"),
	reactions: bound(200, "reactions to one message"),
	reactionsPerSecond: rate(2, "reactions a second from one person"),
	reactionBurst: rate(10, "reactions at once"),
};

export type LimitName = keyof typeof limitTable;
export type Limits = ValuesOf<typeof limitTable>;

/** The defaults; with `isLifted`, every rate and count limit is infinite. */
export const defaultLimits = (isLifted = false): Limits =>
	valuesOf("", limitTable, () => undefined, isLifted);
