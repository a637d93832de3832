/**
 * `plume why`: what happened to a client, or what an event was, whose, what
 * it changed, and what that client did just before and after it.
 */
import type { StateValue } from "xstate";
import type { ClientId, PlumeEvent } from "../../machines/events.ts";
import { ConfigError } from "../config.ts";
import { fold } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { readBatches } from "../log/reader.ts";
import { Clients } from "./clients.ts";
import { parseFlags } from "./flags.ts";
import {
	asking,
	type ExitCode,
	type LogCommand,
	type LogParts,
	type Reading,
} from "./source.ts";
import { isKept, line, story } from "./story.ts";
import { inWords } from "./words.ts";

/** As many clients are named when an id is not said to its end. */
const MOST_NAMED = 5;

/** Answers 1 if there is no such client or event. */
export function parseWhy(args: readonly string[]): LogCommand {
	const { positionals } = parseFlags("why", args, {}, 2);
	const [about, source] = positionals;
	if (!about)
		throw new ConfigError(
			"plume why takes the id of a client or the number of an event. Try plume why --help.",
		);
	return asking(source, (log, parts) =>
		/^\d+$/.test(about)
			? whyEvent(log, Number(about), parts)
			: whyClient(log, about, parts),
	);
}

async function whyClient(
	{ sources, verifier }: Reading,
	beginning: string,
	{ print, warn }: LogParts,
): Promise<ExitCode> {
	const found = new Map<ClientId, Stored[]>();
	for await (const batch of readBatches(sources, verifier))
		for (const stored of batch) {
			const { event } = stored;
			if ("client" in event && event.client.startsWith(beginning)) {
				const events = found.get(event.client) ?? [];
				found.set(event.client, events);
				events.push(stored);
			} else if (event.type === "clients.detached")
				for (const events of found.values())
					if (isKept(events, event)) events.push(stored);
		}
	const [client, ...others] = found.keys();
	if (client === undefined) {
		warn(`No client in this log begins with ${beginning}.`);
		return 1;
	}
	if (others.length > 0) {
		const some = [...found.keys()].slice(0, MOST_NAMED).join(", ");
		warn(
			`${found.size} clients begin with ${beginning}: ${some}${found.size > MOST_NAMED ? ", …" : ""}. Say more of one.`,
		);
		return 1;
	}
	for (const told of story(client, found.get(client) ?? [])) print(told);
	return 0;
}

async function whyEvent(
	{ sources, verifier }: Reading,
	seq: number,
	{ print, warn }: LogParts,
): Promise<ExitCode> {
	const clients = new Clients();
	/** The latest event of each client that may still have another. */
	const latest = new Map<ClientId, Stored>();
	let was: Facts = {};
	let is: Facts = {};
	let found: Stored | undefined;
	let before: Stored | undefined;
	let after: Stored | undefined;
	let who: ReturnType<Clients["about"]> | undefined;
	const { seq: end } = await fold(
		State.initial(verifier),
		readBatches(sources, verifier),
		({ stored: entry, after: state }) => {
			const { event } = entry;
			const about = clients.about(event);
			const { client } = about;
			if (entry.seq === seq) {
				[found, who, before] = [entry, about, latest.get(client)];
				is = factsOf(state, event);
			} else if (who && client === who.client) after = entry;
			if (event.type === "client.left") latest.delete(client);
			else if (client) latest.set(client, entry);
		},
		(entry, state) => {
			if (entry.seq === seq) was = factsOf(state, entry.event);
			return after !== undefined || who?.client === "";
		},
	);
	if (!found || !who) {
		warn(`There is no event ${seq}: the log ends at ${end}.`);
		return 1;
	}
	print(line(found, `${found.event.type}: ${inWords(found.event)}`));
	if (who.client) print(`  of client ${who.client}, ${who.name}`);
	for (const [what, now] of Object.entries(is))
		if (was[what] !== now) print(`  ${what}: ${was[what]} → ${now}`);
	if (before) print(`just before:\n${line(before, inWords(before.event))}`);
	if (after) print(`just after:\n${line(after, inWords(after.event))}`);
	return 0;
}

type Facts = Readonly<Record<string, string | number>>;

/** What an event may change, as far as it can be said in a word. */
function factsOf(state: State, event: PlumeEvent): Facts {
	const { value, context } = state.server;
	const client = "client" in event ? state.client(event.client) : undefined;
	const room = "room" in event ? state.room(event.room) : undefined;
	return {
		server: written(value),
		names: context.names.size,
		sessions: context.sessions.size,
		client: written(client?.value),
		room: written(room?.value),
		inside: room?.context.members.size ?? 0,
		offset: room?.context.offset ?? 0,
		messages: room?.context.said ?? 0,
	};
}

/** A state's value as it is usually written. */
function written(value: StateValue | undefined): string {
	if (value === undefined) return "nothing";
	if (typeof value === "string") return value;
	return Object.entries(value)
		.map(([parent, child]) => `${parent}.${written(child)}`)
		.join(" ");
}
