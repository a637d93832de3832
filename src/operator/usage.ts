/** What an operator can ask of a running server, over its local socket. */

export interface Usage {
	/** The arguments, in order; one in brackets may be left out. The last one takes the rest of the line if it has "…". */
	readonly args: readonly string[];
	readonly help: string;
}

const usage = (args: string, help: string): Usage => ({
	args: args === "" ? [] : args.split(" "),
	help,
});

export const operatorUsage = {
	who: usage("", "who is in which room"),
	status: usage("", "version, start, disk, login codes and refusals"),
	rooms: usage("", "the rooms by name, and how much was said there"),
	names: usage("", "the names, and which belong to one person"),
	say: usage("ROOM TEXT…", "say something in a room, as the bot"),
	notice: usage("TEXT…", "say something in every open room, as the bot"),
	code: usage(
		"NAME [EMAIL]",
		"hand a login code to someone whom no mail reaches; EMAIL for a new name",
	),
	ban: usage(
		"NAME [WHY…]",
		"ban a person; WHY is a duration like 12h or 7d, a reason, or both",
	),
	unban: usage("NAME", "let someone in again who was banned"),
	bans: usage("", "who is banned, and until when"),
	kick: usage(
		"ROOM NAME [WHY…]",
		"send someone out of a room, for 5m or as WHY says",
	),
	unkick: usage("ROOM NAME", "let someone enter a room again"),
	mute: usage("ROOM NAME [WHY…]", "silence someone, for good or as WHY says"),
	unmute: usage("ROOM NAME", "let someone speak there again"),
	remove: usage("ROOM OFFSET [WHY…]", "remove a message, for good"),
	reports: usage("", "the messages that people reported, the oldest 200"),
	dismiss: usage("REPORT", "close a report, by the beginning of its id"),
	invite: usage("", "make a link by which one person may log in"),
	release: usage("NAME", "end its sessions, and free the name"),
	rename: usage("OLD NEW", "give a name another spelling, or another name"),
	close: usage("", "let nobody in who has no name here yet"),
	open: usage("", "let newcomers in again"),
	reload: usage(
		"",
		"read limits, who may enter, admins, retention and the language again",
	),
} as const satisfies Record<string, Usage>;

export type OperatorCommand = keyof typeof operatorUsage;

/** What an admin may do by the page as well. With a login code they could become somebody else, so that stays the operator's. */
const onPage = [
	...["who", "status", "rooms", "names", "bans", "reports"],
	...["ban", "unban", "kick", "unkick", "mute", "unmute", "remove", "dismiss"],
	...["release", "rename", "close", "open", "say", "notice", "invite"],
];

export const isPageCommand = (name: unknown): name is OperatorCommand =>
	onPage.some((each) => each === name);

export const isOperatorCommand = (name: string): name is OperatorCommand =>
	Object.hasOwn(operatorUsage, name);

const areStrings = (given: unknown): given is readonly string[] =>
	Array.isArray(given) && given.every((each) => typeof each === "string");

/** The arguments of a command, its last one joined. Undefined if they are too few or too many, or no strings. */
export function argumentsOf(
	command: OperatorCommand,
	given: unknown,
): readonly string[] | undefined {
	if (!areStrings(given)) return undefined;
	const { args }: Usage = operatorUsage[command];
	const isOpen = args.at(-1)?.includes("…");
	const least = args.filter((arg) => !arg.startsWith("[")).length;
	const most = args.length;
	const joined =
		isOpen && given.length > most
			? [...given.slice(0, most - 1), given.slice(most - 1).join(" ")]
			: given;
	return joined.length >= least && joined.length <= most ? joined : undefined;
}
