/**
 * The networks that people logged in from lately, and the mailboxes they used:
 * mails to these go first during a flood. Only keyed hashes are stored, in
 * `known.json` in the data folder. Without that file every network counts as
 * unknown until the next login.
 */
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Secrets } from "../engine/secrets.ts";
import type { Limits } from "../limits.ts";
import { attempt, type Cache } from "../log/cache.ts";
import { replaceFile, textOf } from "../log/disk.ts";
import { DAY_MS, HOUR_MS } from "../rate-limit.ts";

const NAME = "known.json";
const FORMAT = 1;
const MOST = 10_000;
const MOST_BYTES = 1_000_000;
const SAVE_MS = 60_000;

interface KnownParts {
	readonly secrets: Secrets;
	readonly clock: Clock;
	readonly limits: Limits;
	/** Where the hashes are stored; undefined for a log in memory. */
	readonly file?: Cache | undefined;
}

export type KnownNetworks = ReturnType<typeof knownNetworks>;

export function knownNetworks({ secrets, clock, limits, file }: KnownParts) {
	/** When each hash expires; the least recently used comes first. */
	const untils = new Map<string, number>();
	let isChanged = false;
	const keyOf = (network: string, mailbox = "") =>
		secrets.mac("network", network, mailbox).slice(0, 16);

	/** Leaves out what has expired. Never rejects. */
	async function save(): Promise<void> {
		for (const [key, until] of untils)
			if (until <= clock.now() && untils.delete(key)) isChanged = true;
		if (!file || !isChanged) return;
		isChanged = false;
		const until = Object.fromEntries(untils);
		const text = `${JSON.stringify({ format: FORMAT, until })}\n`;
		await attempt(file, () => replaceFile(file.disk, file.folder, NAME, text));
	}

	/** So that what has expired leaves the file although nobody comes in. */
	function saveHourly(): void {
		clock.after(HOUR_MS, saveHourly);
		void save();
	}

	return {
		save,
		/** Whether anyone logged in from a network lately; with a mailbox, whether its owner did. */
		has: (network: string, mailbox?: string): boolean =>
			clock.now() < (untils.get(keyOf(network, mailbox)) ?? 0),
		/** Call when the owner of a mailbox has logged in from a network. */
		add(network: string, mailbox: string): void {
			const until = clock.now() + limits.knownNetworkDays * DAY_MS;
			for (const key of [keyOf(network), keyOf(network, mailbox)]) {
				untils.delete(key);
				untils.set(key, until);
			}
			for (const [key] of untils) {
				if (untils.size <= MOST) break;
				untils.delete(key);
			}
			if (file && !isChanged) clock.after(SAVE_MS, save);
			isChanged = true;
		},
		/** Never rejects: a file that can't be read counts as missing. */
		async load(): Promise<void> {
			if (!file) return;
			const { disk, folder } = file;
			await attempt(file, async () => {
				if (!(await disk.list(folder)).includes(NAME)) return;
				const text = await textOf(disk, join(folder, NAME), 0, MOST_BYTES);
				const { format, until } = Object(JSON.parse(text));
				if (format !== FORMAT) throw new Error(`${NAME} has another format`);
				for (const [key, time] of Object.entries(Object(until)).slice(0, MOST))
					if (typeof time === "number") untils.set(key, time);
			});
			saveHourly();
		},
	};
}
