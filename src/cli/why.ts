/**
 * `plume why`: prints what happened to a client; or what an event was, whose,
 * what it changed, and what that client did just before and after it.
 */
import type { StateValue } from "xstate";
import type { ClientId } from "../../machines/events.ts";
import type { Step } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { actOf } from "./acts.ts";
import { Clients } from "./clients.ts";
import { parseOptions } from "./options.ts";
import {
	type CommandContext,
	type ExitCode,
	type LogCommand,
	type LogInput,
	logCommand,
} from "./source.ts";
import { isSeatKept, line, story } from "./story.ts";
import { inWords } from "./words.ts";

/** How many clients are named if an id is ambiguous. */
const MAX_NAMED = 5;

/** Exits with 1 if there is no such client or event. */
export function parse(args: readonly string[]): LogCommand {
	const expects =
		"the id of a client or the number of an event, and at most one LOG";
	const takes = { least: 1, most: 2, expects };
	const { positionals } = parseOptions("why", args, {}, takes);
	const [about = "", source] = positionals;
	return logCommand(source, (log, parts) =>
		/^\d+$/.test(about)
			? whyEvent(log, Number(about), parts)
			: whyClient(log, about, parts),
	);
}

async function whyClient(
	{ batches }: LogInput,
	prefix: string,
	{ print, warn }: CommandContext,
): Promise<ExitCode> {
	const found = new Map<ClientId, Stored[]>();
	for await (const batch of batches)
		for (const stored of batch) {
			const { event } = stored;
			if ("client" in event && event.client.startsWith(prefix)) {
				const events = found.get(event.client) ?? [];
				found.set(event.client, events);
				events.push(stored);
			} else if (event.type === "clients.detached")
				for (const events of found.values())
					if (isSeatKept(events, event)) events.push(stored);
		}
	const [client, ...others] = found.keys();
	if (client === undefined) {
		warn(
			`No client's id begins with ${prefix}: plume replay --follow shows ids.`,
		);
		return 1;
	}
	if (others.length > 0) {
		const some = [...found.keys()].slice(0, MAX_NAMED).join(", ");
		warn(
			`${found.size} clients begin with ${prefix}: ${some}${found.size > MAX_NAMED ? ", …" : ""}. Say more of one.`,
		);
		return 1;
	}
	for (const text of story(client, found.get(client) ?? [])) print(text);
	return 0;
}

async function whyEvent(
	log: LogInput,
	seq: number,
	{ print, warn }: CommandContext,
): Promise<ExitCode> {
	const clients = new Clients();
	/** The latest event of each client that has not left. */
	const latest = new Map<ClientId, Stored>();
	let found: Step | undefined;
	let who: ReturnType<Clients["about"]> | undefined;
	let earlier: Stored | undefined;
	let later: Stored | undefined;
	const { seq: end } = await log.fold(
		(step) => {
			const { stored } = step;
			const about = clients.about(stored.event);
			const { client } = about;
			if (stored.seq === seq)
				[found, who, earlier] = [step, about, latest.get(client)];
			else if (client === who?.client) later = stored;
			if (stored.event.type === "client.left") latest.delete(client);
			else if (client) latest.set(client, stored);
		},
		() => later !== undefined || who?.client === "",
	);
	if (!found || !who) {
		warn(`There is no event ${seq}: the log ends at ${end}.`);
		return 1;
	}
	const { stored } = found;
	print(line(stored, `${stored.event.type}: ${inWords(stored.event)}`));
	if (who.client) print(`  of client ${who.client}, ${who.name}`);
	const words = whose(found);
	if (words) print(`  ${words}`);
	for (const change of changes(found)) print(`  ${change}`);
	if (earlier) print(`just before:\n${line(earlier, inWords(earlier.event))}`);
	if (later) print(`just after:\n${line(later, inWords(later.event))}`);
	return 0;
}

/** Who did what to whom, or whose session it was, by the names that they had before; undefined where that is not told. */
function whose(step: Step): string | undefined {
	const { event } = step.stored;
	const { names, sessions } = step.before.server.context;
	const act = actOf(step);
	if (act || !("session" in event) || "client" in event) return act;
	const owner = names.get(sessions.get(event.session)?.nameKey ?? "");
	return owner && `of ${owner.name}`;
}

/** The values that an event changed. */
function changes({ stored: { event }, before, after }: Step) {
	const room = "room" in event ? event.room : "";
	const client = "client" in event ? event.client : "";
	const facts: Readonly<Record<string, (state: State) => string | number>> = {
		server: ({ server }) => written(server.value),
		names: ({ server }) => server.context.names.size,
		sessions: ({ server }) => server.context.sessions.size,
		client: (state) => written(state.client(client)?.value),
		room: (state) => written(state.room(room)?.value),
		inside: (state) => state.room(room)?.context.members.size ?? 0,
		offset: (state) => state.head(room).offset,
		messages: (state) => state.head(room).said,
	};
	return Object.entries(facts).flatMap(([what, of]) =>
		of(before) === of(after) ? [] : `${what}: ${of(before)} → ${of(after)}`,
	);
}

/** A state value as usually written, with dots. */
function written(value: StateValue | undefined): string {
	if (value === undefined) return "nothing";
	if (typeof value === "string") return value;
	return Object.entries(value)
		.map(([parent, child]) => `${parent}.${written(child)}`)
		.join(" ");
}
