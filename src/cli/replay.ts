/**
 * `plume replay`: folds a log through the machines that run the server, and
 * prints the resulting state, or the event after which something holds. It can
 * also follow a log, or open the inspector over it.
 */
import { parseRoomName } from "../chat/room-name.ts";
import { ConfigError } from "../config.ts";
import type { Stored } from "../log/log.ts";
import { bisect } from "./bisect.ts";
import { Checkpoints } from "./checkpoints.ts";
import { boolean, parseOptions, parseUntil, string } from "./options.ts";
import {
	describe,
	noteVisitor,
	reportOf,
	type Scope,
	type Visitors,
} from "./report.ts";
import {
	isPartial,
	isStream,
	type LogCommand,
	logCommand,
	type Query,
} from "./source.ts";
import { tail } from "./tail.ts";

/** Options that do not print a state, with the options that may go with them. */
const MODES = { follow: ["room", "client"], bisect: ["to"], inspect: [] };

export function parse(args: readonly string[]): LogCommand {
	const { values, positionals } = parseOptions("replay", args, {
		...{ to: string, room: string, client: string, bisect: string },
		...{ json: boolean, verify: boolean, follow: boolean, inspect: boolean },
	});
	const [source = ""] = positionals;
	const isPiped = source === "-" || isStream(source);
	const given = Object.keys(values);
	for (const [name, allowed] of Object.entries<readonly string[]>(MODES)) {
		const other = given.find((it) => it !== name && !allowed.includes(it));
		if (given.includes(name) && other)
			throw new ConfigError(
				`--${name} and --${other} do not go together. Try plume replay --help.`,
			);
		if (given.includes(name) && name !== "bisect" && isPiped)
			throw new ConfigError(
				`--${name} takes a data folder or a segment, not ${source}.`,
			);
	}
	const scope = { room: roomOf(values.room), client: values.client };
	const isBehind = parseUntil(values.to);
	if (values.inspect) return logCommand(source, inspect);
	if (values.follow) return logCommand(source, tail(scope));
	if (values.bisect !== undefined)
		return logCommand(source, bisect(values.bisect, isBehind));
	const query = replay(isBehind, scope, values);
	return logCommand(source, query, { strict: values.verify ?? false });
}

/** What `--verify` does. */
export const verify: Query = (log, parts) => {
	const scope = { room: undefined, client: undefined };
	return replay(() => false, scope, { verify: true })(log, parts);
};

function roomOf(raw: string | undefined): string | undefined {
	const room = raw === undefined ? undefined : parseRoomName(raw);
	if (raw !== undefined && room === undefined)
		throw new ConfigError(`--room is "${raw}", which is no name of a room.`);
	return room;
}

function replay(
	isBehind: (stored: Stored) => boolean,
	scope: Scope,
	{ json = false, verify = false },
): Query {
	return async (log, { print }) => {
		const visitors: Visitors = new Map();
		const checkpoints = verify ? new Checkpoints() : undefined;
		const folded = await log.fold((step) => {
			noteVisitor(visitors, step.stored.event);
			const wrong = checkpoints?.check(step);
			if (wrong) throw wrong;
		}, isBehind);
		// Nothing is said to hold before that is known.
		if (verify) await log.readOn();
		const report = reportOf(folded, scope, visitors);
		const { seq, hash, time } = report;
		if (json) print(JSON.stringify(report));
		else if (checkpoints)
			print(
				`Verified ${seq} events: chain, continuity, batches, text and legality hold, and so do ${checkpoints.verified} checkpoints.\nState ${hash} at ${time}`,
			);
		else print(describe(report));
		const { room, client } = scope;
		if (!json && !verify && (room || client) && report.rooms.length === 0)
			print("\nThere is no such room or client at that moment.");
		return 0;
	};
}

/** Opens the inspector over the log, and prints its link. Ends with Ctrl+C. */
const inspect: Query = async ({ path, sources }, parts) => {
	const { disk, show, pause, print, warn } = parts;
	const folder = isPartial(path) ? undefined : path;
	const { link, close } = await show({ disk, sources, folder });
	warn("Ctrl+C ends it. Anyone with this link can look at the log:");
	print(link);
	while (await pause());
	close();
	return 0;
};
