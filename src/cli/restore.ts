/**
 * `plume restore`: puts a backup into an empty data folder, where it is
 * verified, marked as restored, and only then given its names. While its draft
 * is there, no server starts in the folder, not even with a log of its own.
 */
import { join } from "node:path";
import { ConfigError } from "../config.ts";
import { Secrets } from "../engine/secrets.ts";
import { type BackupMark, DRAFT, MARK, readMark } from "../log/backup-mark.ts";
import {
	codeOf,
	type Disk,
	namesIn,
	textOf,
	writeChunks,
} from "../log/disk.ts";
import { logFolder, segmentsOf } from "../log/reader.ts";
import { Segment } from "../log/segment.ts";
import { SegmentFiles } from "../log/segment-files.ts";
import { backupFiles, NoBackup } from "./backup-files.ts";
import { alone, draftIn, putInPlace, removeDraft } from "./draft.ts";
import { type ErasedThere, erasedThere } from "./erased-there.ts";
import { markRestored } from "./mark-restored.ts";
import { boolean, parseOptions, string } from "./options.ts";
import { type Prefix, soundPrefix } from "./prefix.ts";
import { quoted } from "./quoted.ts";
import type { CommandContext, ExitCode, LogCommand } from "./source.ts";

/** What a restore that was broken off left, and a start that was refused because of it. */
const HARMLESS = [DRAFT, "lock", "lost+found"];

interface Asked {
	/** A folder, or - for a tar. */
	readonly from: string;
	readonly keepSessions: boolean;
	/** Another copy of the log. */
	readonly newer: string | undefined;
}

export function parse(args: readonly string[]): LogCommand {
	const options = { "keep-sessions": boolean, "erasures-from": string };
	const takes = { least: 1, expects: "one backup, or - for standard input" };
	const { positionals, values } = parseOptions("restore", args, options, takes);
	const [from = ""] = positionals;
	const keepSessions = values["keep-sessions"] ?? false;
	const asked = { from, keepSessions, newer: values["erasures-from"] };
	const run = async (parts: CommandContext) => {
		await assertThere(from, parts.disk);
		return alone(parts.data, parts, () => restore(asked, parts));
	};
	return { source: undefined, run };
}

async function restore(asked: Asked, parts: CommandContext): Promise<ExitCode> {
	const { data, disk, print, warn } = parts;
	const there = await namesIn(disk, data);
	const other = there.find((name) => !HARMLESS.includes(name));
	if (other || (await namesIn(disk, logFolder(data))).length > 0)
		throw new ConfigError(
			`${data} is not empty: it has ${other ?? "a log"} in it. Set PLUME_DATA to a new folder, or move that away.`,
		);
	const draft = draftIn(data);
	try {
		const prefix = await fill(draft, asked, parts);
		const lines = await bringBack(draft, prefix, asked, parts);
		for (const line of lines) print(line);
		await removeDraft(disk, data);
		return 0;
	} catch (error) {
		// What is left refuses a start, which would begin a new chat here.
		if (!(error instanceof NoBackup)) throw error;
		await removeDraft(disk, data);
		warn(`${error.message} Nothing was restored.`);
		return 3;
	}
}

async function assertThere(from: string, disk: Disk): Promise<void> {
	if (from === "-") return;
	const names = await namesIn(disk, from).catch((error: unknown) => {
		if (codeOf(error) !== "ENOTDIR") throw error;
		throw new ConfigError(
			`${from} is a file. If it is the tar of a backup: plume restore - <${quoted(from)}`,
		);
	});
	if (names.length === 0)
		throw new ConfigError(`There is no backup in ${from}, or no such folder.`);
}

/** Copies the backup, and reads the copy. Throws `NoBackup` unless it is whole and sound. */
async function fill(
	draft: string,
	{ from }: Asked,
	{ disk, stdin }: CommandContext,
): Promise<Prefix> {
	await disk.removeFolder(draft);
	await disk.makeFolder(logFolder(draft));
	for await (const { name, chunks } of backupFiles(from, disk, stdin))
		await writeChunks(disk, join(draft, name), chunks);
	await disk.syncFolder(logFolder(draft));
	const prefix = await soundPrefix(await segmentsOf(disk, draft));
	const why = whyUnsound(from, prefix, await readMark(disk, draft));
	const there = from === "-" ? "" : `${from}/`;
	if (why) throw new NoBackup(why.replaceAll(`${draft}/`, there));
	return prefix;
}

function whyUnsound(
	from: string,
	{ wrong, id, seq, hash, state }: Prefix,
	mark: BackupMark | undefined,
): string | undefined {
	if (!mark)
		return `${from} is no whole backup: its ${MARK}, which is written last, is not there. A data folder that was copied by hand is put in place by hand: start it once with --restored.`;
	if (id !== mark.log || seq !== mark.seq || hash !== mark.hash)
		return `${from} is damaged: it was made of events 1 to ${mark.seq}, and is sound up to event ${seq}. ${wrong ? `${wrong}.` : ""}`.trim();
	if (state.hash() !== mark.stateHash)
		return `This version comes to another state after event ${seq} than the one that made the backup. Try plume rehearse, or the version that made it.`;
	return undefined;
}

/** Marks the draft as restored, and gives it its names. Answers what to tell about it. */
async function bringBack(
	draft: string,
	prefix: Prefix,
	{ newer, keepSessions }: Asked,
	parts: CommandContext,
): Promise<string[]> {
	const { data, disk } = parts;
	const { seq, state } = prefix;
	const there = newer
		? await erasedThere(disk, newer, draft, prefix)
		: undefined;
	const all = await segmentsOf(disk, draft);
	const marked = there ? await soundPrefix(all, undefined, there.seqs) : prefix;
	const sessions = [...state.server.context.sessions.keys()];
	const closing = keepSessions ? [] : sessions;
	const size = await markRestored(disk, draft, marked, { closing });
	await overwrite(disk, draft, marked, size);
	const secret = await secretInWords(draft, prefix, parts);
	await putInPlace(disk, data);
	const time = new Date(state.time).toISOString();
	return [
		`Restored events 1 to ${seq} into ${data}; the last is of ${time}.`,
		`plume replay ${quoted(data)} --to ${seq} gives state ${state.hash()}, as in the backup.`,
		keepSessions
			? `Sessions that go on, also if they were logged out after the backup: ${sessions.length}. People who saw later events are told of a gap.`
			: `Sessions that ended: ${sessions.length}. Everyone logs in again. A page that stays open says then that messages are missing; plume notice tells the others.`,
		...erasedInWords(newer, there, marked.erased.size),
		secret,
	];
}

/** Overwrites the text of messages that were erased after the backup. */
async function overwrite(
	disk: Disk,
	draft: string,
	{ first, erased }: Prefix,
	size: number,
): Promise<void> {
	if (erased.size === 0) return;
	const last = await Segment.open(disk, logFolder(draft), first, size);
	const segments = new SegmentFiles({ disk, folder: draft });
	segments.growing = last;
	await segments.erase(await segments.find([...erased.keys()]));
	await last.close();
}

function erasedInWords(
	newer: string | undefined,
	there: ErasedThere | undefined,
	count: number,
): string[] {
	if (!there)
		return [
			"What was erased after the backup is here again: --erasures-from DATA erases it as in a newer copy of the log.",
		];
	const { upTo, unread, unsure, freed } = there;
	const rest = unread > 0 ? ` ${unread} of its lines could not be read.` : "";
	const left =
		unsure > 0
			? ` ${unsure} more were erased there later, and are here: no line that both have shows that they are these.`
			: "";
	const erased = `Erased again: ${count} messages, as in ${newer}, which ends with event ${upTo}.${rest}${left}`;
	const names = `Names that their owners had no more there, and have again: ${freed.join(", ")}. Who had deleted everything is also back in their rooms. plume release NAME frees a name.`;
	return freed.length > 0 ? [erased, names] : [erased];
}

async function secretInWords(
	draft: string,
	{ id, secret: named }: Prefix,
	{ disk, data, secret: configured }: CommandContext,
): Promise<string> {
	const isThere = (await namesIn(disk, draft)).includes("secret");
	const file = isThere ? await textOf(disk, join(draft, "secret")) : undefined;
	const secret = configured() ?? file?.trim();
	const whose = configured() ? "PLUME_SECRET" : "The secret of the backup";
	if (!secret)
		return `The backup has no secret. Before the start, put it into ${join(data, "secret")}, mode 600, or set PLUME_SECRET.`;
	const mine = new Secrets(secret, () => new Uint8Array()).fingerprint(id);
	return named !== undefined && named !== mine
		? `${whose} is another one (${mine}) than this log was written with (${named}). Look for that one before the start.`
		: `${whose} is in use. Start it: PLUME_DATA=${quoted(data)} plume serve`;
}
