/** The commands that read a log and never write to it, and what each may be asked. */
import { parseRoomName } from "../chat/room-name.ts";
import { ConfigError } from "../config.ts";
import { boolean, type Flags, parseFlags, string } from "./flags.ts";
import { parseQuestion, type Question } from "./question.ts";

interface Asked<Name extends string> {
	readonly name: Name;
	/** LOG; without it, the data folder. */
	readonly source: string | undefined;
}

/** What is to be told: of one room only, of clients whose id begins so only. */
export interface Scope {
	readonly room: string | undefined;
	readonly client: string | undefined;
}

/** The last event wanted: by position, or by time in milliseconds since 1970. */
export type Until = { readonly seq: number } | { readonly time: number };

export interface ReplayCommand extends Asked<"replay">, Scope {
	readonly until: Until | undefined;
	readonly json: boolean;
	readonly verify: boolean;
}
export interface FollowCommand extends Asked<"follow">, Scope {}
export interface BisectCommand extends Asked<"bisect"> {
	readonly until: Until | undefined;
	readonly question: Question;
}
export interface InspectCommand extends Asked<"inspect"> {}
/** Reads one data folder and makes another. */
export interface CutCommand extends Asked<"cut"> {
	readonly source: string;
	readonly into: string;
	readonly until: Until | undefined;
}
/** `all`: each event that would be refused, not only the first. */
export interface RehearseCommand extends Asked<"rehearse"> {
	readonly all?: boolean;
}
export interface WhyCommand extends Asked<"why"> {
	readonly about: { readonly seq: number } | { readonly client: string };
}
export type LogCommand =
	| ReplayCommand
	| CutCommand
	| FollowCommand
	| BisectCommand
	| InspectCommand
	| RehearseCommand
	| WhyCommand;

/** Each answers nothing if only help is wanted. */
export const logCommands = {
	replay: parseReplay,
	cut: parseCut,
	rehearse: parseRehearse,
	why: parseWhy,
};

/** Questions of another kind than what a log comes to, and what may be said beside them. */
const BESIDE = { follow: ["room", "client"], bisect: ["to"], inspect: [] };

function parseReplay(args: readonly string[]): LogCommand | undefined {
	const flags = parseFlags("replay", args, true, {
		...{ to: string, room: string, client: string, bisect: string },
		...{ json: boolean, verify: boolean, follow: boolean, inspect: boolean },
	});
	const { values } = flags;
	if (values.help) return undefined;
	const source = sourceOf("replay", flags, 0);
	const until = untilOf(values.to);
	const scope = { room: roomOf(values.room), client: textOf(values.client) };
	for (const [name, beside] of Object.entries(BESIDE))
		if (values[name]) refuseOthers(values, name, beside);
	for (const name of ["follow", "inspect"])
		if (values[name] && source === "-")
			throw new ConfigError(
				`--${name} takes a data folder or a segment, not -.`,
			);
	if (values.inspect) return { name: "inspect", source };
	if (values.follow) return { name: "follow", source, ...scope };
	const bisect = textOf(values.bisect);
	if (bisect !== undefined)
		return { name: "bisect", source, until, question: parseQuestion(bisect) };
	const json = values.json === true;
	const verify = values.verify === true;
	return { name: "replay", source, until, json, verify, ...scope };
}

function parseCut(args: readonly string[]): LogCommand | undefined {
	const { values, positionals } = parseFlags("cut", args, true, { to: string });
	if (values.help) return undefined;
	const [source, into, ...more] = positionals;
	if (!source || !into || more.length > 0)
		throw new ConfigError(
			"plume cut takes a data folder and a new folder. Try plume cut --help.",
		);
	return { name: "cut", source, into, until: untilOf(values.to) };
}

function parseRehearse(args: readonly string[]): LogCommand | undefined {
	const flags = parseFlags("rehearse", args, true, { all: boolean });
	if (flags.values.help) return undefined;
	const all = flags.values.all === true;
	return { name: "rehearse", source: sourceOf("rehearse", flags, 0), all };
}

function parseWhy(args: readonly string[]): LogCommand | undefined {
	const flags = parseFlags("why", args, true, {});
	if (flags.values.help) return undefined;
	const [about] = flags.positionals;
	if (!about)
		throw new ConfigError(
			"plume why takes the id of a client or the number of an event. Try plume why --help.",
		);
	const source = sourceOf("why", flags, 1);
	const isSeq = /^\d+$/.test(about);
	return {
		name: "why",
		source,
		about: isSeq ? { seq: Number(about) } : { client: about },
	};
}

function sourceOf(command: string, { positionals }: Flags, before: number) {
	if (positionals.length > before + 1)
		throw new ConfigError(
			`plume ${command} takes one LOG. Try plume ${command} --help.`,
		);
	return positionals[before];
}

function untilOf(value: unknown): Until | undefined {
	const text = textOf(value);
	if (text === undefined) return undefined;
	if (/^\d+$/.test(text)) return { seq: Number(text) };
	const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
	if (!Number.isNaN(time)) return { time };
	throw new ConfigError(
		`--to is "${text}": say the number of an event, or a time like 2026-01-31T12:00:00Z.`,
	);
}

const textOf = (value: unknown) =>
	typeof value === "string" ? value : undefined;

function roomOf(value: unknown): string | undefined {
	const raw = textOf(value);
	const room = raw === undefined ? undefined : parseRoomName(raw);
	if (raw !== undefined && room === undefined)
		throw new ConfigError(`--room is "${raw}", which is no name of a room.`);
	return room;
}

function refuseOthers(
	values: Flags["values"],
	name: string,
	beside: readonly string[],
): void {
	const other = Object.keys(values).find(
		(it) => ![name, ...beside].includes(it),
	);
	if (other)
		throw new ConfigError(
			`--${name} and --${other} do not go together. Try plume replay --help.`,
		);
}
