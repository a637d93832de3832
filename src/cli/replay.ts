/**
 * `plume replay`: folds a log through the very machines that run the server,
 * and tells the state they end in. It never writes.
 */
import { basename } from "node:path";
import { botClaim } from "../chat/bot.ts";
import { DeterminismError, type Folded, fold } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import { Damage } from "../log/damage.ts";
import type { Disk } from "../log/disk.ts";
import { readBatches, type Source, segmentsOf } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import type { Command, Until } from "./arguments.ts";

type ReplayCommand = Extract<Command, { name: "replay" }>;

export interface ReplayParts {
	readonly disk: Disk;
	readonly stdin: AsyncIterable<Buffer>;
	readonly print: (line: string) => void;
	readonly warn: (line: string) => void;
}

/** What `--json` prints: INTERFACE for scripts, so fields are only ever added. */
interface Report {
	readonly format: 1;
	readonly seq: number;
	/** ISO 8601, of the last event. */
	readonly time: string;
	/** Of the whole state. */
	readonly hash: string;
	readonly rooms: readonly RoomReport[];
}

interface RoomReport {
	readonly name: string;
	readonly messages: number;
	readonly owners: readonly string[];
	readonly members: readonly {
		readonly client: string;
		readonly name: string;
		readonly state: unknown;
	}[];
}

class NoLog extends Error {
	readonly code = "ENOENT";
}

const isMissing = (error: unknown) =>
	error instanceof Error && "code" in error && error.code === "ENOENT";

/** Answers the exit code: 0, 1 if there is no log, 3 if it fails verification. `data` is the default LOG. */
export async function replay(
	{ source = "", until, json, verify }: ReplayCommand,
	data: string,
	parts: ReplayParts,
): Promise<0 | 1 | 3> {
	const { print, warn } = parts;
	const place = source || data;
	const lone = place === "-" || place.endsWith(".ndjson");
	const verifier = new Verifier({ lone });
	try {
		const sources = await sourcesOf(place, parts);
		if (sources.length === 0) throw new NoLog();
		const { report, folded } = await foldAll(sources, verifier, until);
		if (!lone && !until) verifier.prove();
		if (verifier.torn)
			warn(`A torn tail was left out: ${verifier.torn.message}.`);
		if (json) print(JSON.stringify(report));
		else if (verify)
			print(
				`Verified ${folded.seq} events: chain, continuity, batches, text and legality hold.\nState ${report.hash} at ${report.time}`,
			);
		else print(describe(report));
		return 0;
	} catch (error) {
		if (error instanceof Damage) warn(`${error.message}.`);
		else if (error instanceof DeterminismError)
			warn(`${basename(verifier.file)}: ${error.message}.`);
		else if (isMissing(error)) {
			warn(`There is no log in ${place}. Name a data folder, a segment or -.`);
			return 1;
		} else throw error;
		return 3;
	}
}

async function foldAll(
	sources: readonly Source[],
	verifier: Verifier,
	until: Until | undefined,
): Promise<{ report: Report; folded: Folded }> {
	const state = new State(verifier, botClaim);
	const folded = await fold(
		state,
		readBatches(sources, verifier),
		undefined,
		({ seq, event }) =>
			until !== undefined &&
			("seq" in until ? seq > until.seq : event.time > until.time),
	);
	const report: Report = {
		format: 1,
		seq: folded.seq,
		time: new Date(folded.time).toISOString(),
		hash: state.hash(),
		rooms: Array.from(state.roomNames, (name) => roomReport(state, name)),
	};
	return { report, folded };
}

async function sourcesOf(
	place: string,
	{ disk, stdin }: ReplayParts,
): Promise<readonly Source[]> {
	if (place === "-") return [{ file: "standard input", bytes: () => stdin }];
	if (place.endsWith(".ndjson"))
		return [{ file: place, bytes: () => disk.read(place) }];
	return segmentsOf(disk, place);
}

function roomReport(state: State, name: string): RoomReport {
	const owners = state.server.context.names
		.valueSeq()
		.filter(({ identity }) => identity !== botClaim.identity)
		.map((owner) => owner.name);
	const members = state.room(name)?.context.members ?? [];
	return {
		name,
		messages: state.head(name).said,
		owners: [...owners].sort(),
		members: Array.from(members, ([client, member]) => ({
			client,
			name: member.name,
			state: state.client(client)?.value,
		})),
	};
}

function describe({ seq, time, hash, rooms }: Report): string {
	const lines = rooms.flatMap(({ name, messages, owners, members }) => [
		"",
		`Room ${name}: ${messages} messages`,
		`  names   ${owners.join(", ") || "none yet"}`,
		`  inside  ${members.map((member) => member.name).join(", ") || "nobody"}`,
	]);
	return [`${seq} events, the last at ${time}`, `State ${hash}`, ...lines].join(
		"\n",
	);
}
