/** What there is, as tables: for a terminal, and for the admin page. Never an email. */

import { isPublic } from "../../machines/message.ts";
import { sanctionedUntil } from "../../machines/rules.ts";
import { ageInWords } from "../../machines/text.ts";
import { namesHeld, personUnder } from "../engine/commands/names-held.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { State } from "../engine/state.ts";
import { momentOf } from "../moment.ts";
import { count } from "./operations.ts";

export interface Table {
	/** What is above each column. A terminal leaves it out. */
	readonly heads: readonly string[];
	readonly rows: readonly (readonly string[])[];
	/** What is said if there are no rows. */
	readonly none: string;
}

/** So many UTF-16 units of a reported message are shown, and so many reports, the oldest. */
const MOST_SHOWN = 120;
const MOST_REPORTS = 200;

export function who({ states, clock, cluster }: EngineParts): Table {
	const { rooms, server } = states.committed;
	const rows = [...publicOf(rooms)].flatMap(([room, { context }]) => {
		const people = context.members.groupBy(({ name }) => name);
		return [...people.sortBy((_, name) => name)].map(([name, tabs]) => {
			const attached = tabs.filter(({ deadline }) => deadline === undefined);
			const here = attached.size;
			const nodes = [...attached.values()].map(({ node }) =>
				nodeName(node, cluster?.labels),
			);
			const isMuted = tabs.some((member) => {
				const person = personUnder(server.context.names, member);
				return sanctionedUntil(context.mutes, person, clock.now()) > 0;
			});
			const state = here > 0 ? count(here, "tab") : "connection lost";
			const words = isMuted ? `${state}, muted` : state;
			const on = cluster ? [[...new Set(nodes)].sort().join(", ")] : [];
			return [name, room, words, ...on];
		});
	});
	const heads = ["Name", "Room", "Here by", ...(cluster ? ["Node"] : [])];
	return { heads, rows, none: "Nobody is here." };
}

/** The public rooms, by name. */
const publicOf = (rooms: State["rooms"]) =>
	rooms.filter((_, room) => isPublic(room)).sortBy((_, room) => room);

/** What a node is called; else the beginning of its id. */
const nodeName = (node: string, labels?: ReadonlyMap<string, string>) =>
	labels?.get(node) ?? node.slice(0, 6);

export function rooms({ states }: EngineParts): Table {
	const { rooms } = states.committed;
	const open = publicOf(rooms);
	const others = rooms.size - open.size;
	const rows = [...open].map(([room, { context }]) => [
		room,
		`${context.holders.size} here`,
		count(context.said, "message"),
		context.retention?.hours === undefined
			? ""
			: `kept for ${ageInWords(context.retention.hours)}`,
	]);
	// How many there are, and not which.
	if (others > 0) rows.push([`and ${others} not public`, "", "", ""]);
	const none = "No room was opened yet.";
	return { heads: ["Room", "People", "Said", "Retention"], rows, none };
}

export function names({ states }: EngineParts): Table {
	const { names } = states.committed.server.context;
	const rows = [...names.values()].map(
		({ name, identity, person = identity, lastUsed }) => [
			name,
			// The beginning of a MAC: names with the same one are one person's.
			person.slice(0, 6),
			lastUsed > 0 ? new Date(lastUsed).toISOString().slice(0, 10) : "",
		],
	);
	const heads = ["Name", "Owner", "Last used"];
	return { heads, rows: rows.sort(), none: "Nobody owns a name." };
}

export function bans({ states, clock }: EngineParts): Table {
	const { bans, names } = states.committed.server.context;
	const rows = [...(bans ?? [])]
		.filter(([, { until = Infinity }]) => until > clock.now())
		.map(([person, { until }]) => [
			// Someone who has no name any more is unbanned by this.
			namesHeld(names, person)
				.flatMap((key) => names.get(key)?.name ?? [])
				.join(", ") || person.slice(0, 6),
			until === undefined ? "for good" : `until ${momentOf(until)}`,
		]);
	const heads = ["Who", "How long"];
	return { heads, rows: rows.sort(), none: "Nobody is banned." };
}

export async function reports(parts: EngineParts): Promise<Table> {
	const { states, archive } = parts;
	const { reports } = states.committed.server.context;
	const rows: string[][] = [];
	const oldest = [...(reports ?? [])].slice(0, MOST_REPORTS);
	for (const [id, { room, epoch, target, time, why }] of oldest) {
		const found = await archive.find({ room, epoch, offset: target });
		const said = found ? found.text : "(deleted)";
		rows.push([
			...[id.slice(0, 6), momentOf(time), why],
			// Where a room is not public, the report stands for it.
			...[isPublic(room) ? room : `~${id.slice(0, 6)}`, `${target}`],
			found?.author.name ?? "",
			said.replace(/\s+/g, " ").slice(0, MOST_SHOWN),
		]);
	}
	const heads = ["Id", "When", "As", "Room", "Number", "Author", "Message"];
	return { heads, rows, none: "Nothing was reported." };
}

/** For a terminal: columns, as wide as they must be. */
export function lines({ rows, none }: Table): readonly string[] {
	if (rows.length === 0) return [none];
	const widths = rows[0]?.map((_, at) =>
		rows.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), 0),
	);
	return rows.map((row) =>
		row
			.map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}
