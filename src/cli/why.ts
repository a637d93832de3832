/**
 * `plume why`: what happened to a client, or what an event was, whose, what
 * it changed, and what that client did just before and after it.
 */
import type { StateValue } from "xstate";
import type { ClientId, PlumeEvent } from "../../machines/events.ts";
import { botClaim } from "../chat/bot.ts";
import { fold } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { readBatches } from "../log/reader.ts";
import type { WhyCommand } from "./log-arguments.ts";
import { ask, type ExitCode, type LogParts, type Reading } from "./source.ts";
import { line, Story } from "./story.ts";
import { inWords } from "./words.ts";

/** As many clients are named when an id is not said to its end. */
const MOST_NAMED = 5;

/** Answers 1 if there is no such client or event. */
export function why(
	{ source, about }: WhyCommand,
	parts: LogParts,
): Promise<ExitCode> {
	return ask(source, parts, (log) =>
		"seq" in about
			? whyEvent(log, about.seq, parts)
			: whyClient(log, about.client, parts),
	);
}

async function whyClient(
	{ sources, verifier }: Reading,
	beginning: string,
	{ print, warn }: LogParts,
): Promise<ExitCode> {
	const stories = new Map<ClientId, Story>();
	for await (const batch of readBatches(sources, verifier))
		for (const stored of batch) {
			const { event } = stored;
			if (!("client" in event)) {
				for (const story of stories.values()) story.take(stored);
				continue;
			}
			const { client } = event;
			if (client.startsWith(beginning) && !stories.has(client))
				stories.set(client, new Story(client));
			stories.get(client)?.take(stored);
		}
	const [story, ...others] = stories.values();
	if (story && others.length === 0) {
		for (const line of story.tell()) print(line);
		return 0;
	}
	const some = [...stories.keys()].slice(0, MOST_NAMED).join(", ");
	warn(
		story
			? `${stories.size} clients begin with ${beginning}: ${some}${stories.size > MOST_NAMED ? ", …" : ""}. Say more of one.`
			: `No client in this log begins with ${beginning}.`,
	);
	return 1;
}

async function whyEvent(
	{ sources, verifier }: Reading,
	seq: number,
	{ print, warn }: LogParts,
): Promise<ExitCode> {
	const state = new State(verifier, botClaim);
	const sight = new Sight(seq);
	const { seq: end } = await fold(
		state,
		readBatches(sources, verifier),
		(_event, _item, entry) => sight.passed(entry, state),
		(entry) => sight.comes(entry, state),
	);
	const { found, before, after } = sight;
	if (!found) {
		warn(`There is no event ${seq}: the log ends at ${end}.`);
		return 1;
	}
	print(line(found, `${found.event.type}: ${inWords(found.event)}`));
	if (sight.client) print(`  of client ${sight.client}, ${sight.name}`);
	for (const change of sight.changes()) print(`  ${change}`);
	if (before) print(`just before:\n${line(before, inWords(before.event))}`);
	if (after) print(`just after:\n${line(after, inWords(after.event))}`);
	return 0;
}

/** One event as it is seen from a log that goes by, with its client's events before and after. */
class Sight {
	found: Stored | undefined;
	before: Stored | undefined;
	after: Stored | undefined;
	/** Of whoever the client is. */
	name = "";
	readonly #seq: number;
	readonly #latest = new Map<ClientId, Stored>();
	#was: Facts = new Map();
	#is: Facts = new Map();

	constructor(seq: number) {
		this.#seq = seq;
	}

	get client(): ClientId {
		return this.found ? clientOf(this.found.event) : "";
	}

	/** Hears what is about to move the state; answers whether all has been seen. */
	comes(entry: Stored, state: State): boolean {
		if (entry.seq === this.#seq) {
			this.found = entry;
			this.before = this.#latest.get(this.client);
			this.name = nameIn(entry.event, state);
			this.#was = factsOf(state, entry.event);
		}
		return this.after !== undefined || (entry.seq > this.#seq && !this.client);
	}

	passed(entry: Stored, state: State): void {
		const client = clientOf(entry.event);
		if (entry === this.found) this.#is = factsOf(state, entry.event);
		else if (this.found && client === this.client) this.after = entry;
		else if (entry.event.type === "client.left") this.#latest.delete(client);
		else this.#latest.set(client, entry);
	}

	changes(): string[] {
		return [...this.#is].flatMap(([what, now]) => {
			const then = this.#was.get(what);
			return then === now ? [] : [`${what}: ${then} → ${now}`];
		});
	}
}

type Facts = ReadonlyMap<string, string | number>;

/** What an event may change, as far as it can be said in a word. */
function factsOf(state: State, event: PlumeEvent): Facts {
	const { value, context } = state.server;
	const facts = new Map<string, string | number>([
		["server", written(value)],
		["names", context.names.size],
		["sessions", context.sessions.size],
	]);
	if ("client" in event)
		facts.set("client", written(state.client(event.client)?.value));
	if ("room" in event && event.type !== "login.requested") {
		const room = state.room(event.room);
		facts.set("room", written(room?.value));
		facts.set("inside", room?.context.members.size ?? 0);
		facts.set("offset", room?.context.offset ?? 0);
		facts.set("messages", room?.context.said ?? 0);
	}
	return facts;
}

/** A state's value as it is usually written. */
function written(value: StateValue | undefined): string {
	if (value === undefined) return "nothing";
	if (typeof value === "string") return value;
	return Object.entries(value)
		.map(([parent, child]) => `${parent}.${written(child)}`)
		.join(" ");
}

function nameIn(event: PlumeEvent, state: State): string {
	if ("name" in event) return event.name;
	return state.client(clientOf(event))?.context.name ?? "nobody yet";
}

const clientOf = (event: PlumeEvent): ClientId =>
	"client" in event ? event.client : "";
