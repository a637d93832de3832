/**
 * What is people's own, and no event, in `people/` in the data folder: one
 * file for each person, written a while after a change and at stop. Without
 * these files people see older lines as unread, and are asked for push again.
 */
import { join } from "node:path";
import type { Identity } from "../../machines/events.ts";
import {
	changedOwn,
	NOTHING_OWN,
	type Own,
	type OwnChange,
	readOwn,
} from "../../machines/own.ts";
import type { ServerContext } from "../../machines/server.ts";
import type { Clock } from "../clock.ts";
import { namesHeld } from "../engine/commands/names-held.ts";
import type { Secrets } from "../engine/secrets.ts";
import { attempt, type Cache, loadChecked, saveChecked } from "../log/cache.ts";
import { ASIDE, namesIn } from "../log/disk.ts";

const SAVE_MS = 30_000;
const FILE = /^[\w-]{22}$/;

/** A change of what is a person's own, or all of it. Nodes tell each other. */
export interface OwnUpdate {
	readonly person: Identity;
	readonly change: OwnChange | { readonly kind: "own"; readonly own: Own };
}

interface PeopleParts {
	readonly secrets: Secrets;
	readonly clock: Clock;
	/** Undefined for a log in memory. */
	readonly file?: Cache | undefined;
}

export class People {
	readonly #parts: PeopleParts;
	readonly #all = new Map<Identity, Own>();
	/** Those whose file is not what it should be. */
	readonly #changed = new Set<Identity>();
	/** People with a browser that a push service reaches. */
	readonly #reachable = new Set<Identity>();
	/** Those who want to hear of every message, by room. */
	readonly #wantAll = new Map<string, Set<Identity>>();
	/** While the state may be of the past: who is gone there may have come back. */
	#isBehind = false;
	#saving = Promise.resolve();

	constructor(parts: PeopleParts) {
		this.#parts = parts;
	}

	get all(): ReadonlyMap<Identity, Own> {
		return this.#all;
	}

	get reachable(): ReadonlySet<Identity> {
		return this.#reachable;
	}

	/** Those who want to hear of every message in a room. */
	wantAll(room: string): Iterable<Identity> {
		return this.#wantAll.get(room) ?? [];
	}

	of(person: Identity): Own {
		return this.#all.get(person) ?? NOTHING_OWN;
	}

	/** Returns whether that changes anything. */
	apply({ person, change }: OwnUpdate): boolean {
		const before = this.of(person);
		const own = change.kind === "own" ? change.own : changedOwn(before, change);
		if (own === before) return false;
		// A node that comes is told what it may know.
		if (JSON.stringify(own) === JSON.stringify(before)) return false;
		this.#set(person, own);
		this.#saveSoon(person);
		return true;
	}

	#saveSoon(person: Identity): void {
		if (this.#changed.size === 0)
			this.#parts.clock.after(SAVE_MS, () => void this.save());
		this.#changed.add(person);
	}

	/** Forgets a person, and removes their file at once; not between `load` and `tidy`. */
	forget(person: Identity): void {
		if (this.#isBehind) return;
		this.#set(person, NOTHING_OWN);
		this.#all.delete(person);
		void this.#inTurn([person]);
	}

	/** Never rejects: a file that can't be read is left aside. */
	async load(): Promise<void> {
		const { file } = this.#parts;
		if (!file) return;
		this.#isBehind = true;
		const { disk, folder } = file;
		const files = await attempt(file, () => namesIn(disk, folder));
		for (const name of files ?? []) {
			// A crash left it: it may be of a person who is forgotten by now.
			if (name === ASIDE)
				await attempt(file, () => disk.remove(join(folder, name)));
			if (!FILE.test(name)) continue;
			await attempt(file, async () => {
				const stored: unknown = await loadChecked(disk, folder, name);
				const own = readOwn(stored);
				const person =
					stored instanceof Object && "person" in stored && stored.person;
				if (!own || typeof person !== "string" || this.#fileOf(person) !== name)
					throw new Error(`${name} in ${folder} is nobody's`);
				this.#set(person, own);
			});
		}
	}

	/**
	 * Call once the state is that of now. People who are not known any more are
	 * forgotten. Browsers whose session is not open any more are left out, and
	 * soon leave the file.
	 */
	tidy({ names, sessions }: ServerContext): void {
		this.#isBehind = false;
		for (const [person, own] of this.#all) {
			const devices = own.devices.filter(({ session }) =>
				sessions.has(session),
			);
			if (namesHeld(names, person).length === 0) this.forget(person);
			else if (devices.length < own.devices.length) {
				this.#set(person, { ...own, devices });
				this.#saveSoon(person);
			}
		}
	}

	/** Resolves once all is on the disk. Never rejects. */
	save(): Promise<void> {
		const changed = [...this.#changed];
		this.#changed.clear();
		return this.#inTurn(changed);
	}

	#inTurn(changed: readonly Identity[]): Promise<void> {
		this.#saving = this.#saving.then(async () => {
			for (const person of changed) await this.#write(person);
		});
		return this.#saving;
	}

	async #write(person: Identity): Promise<void> {
		const { file } = this.#parts;
		if (!file) return;
		const { disk, folder } = file;
		const name = this.#fileOf(person);
		const isDone = await attempt(file, async () => {
			const own = this.#all.get(person);
			if (own) await saveChecked(disk, folder, name, { person, ...own });
			else await disk.remove(join(folder, name));
			return true;
		});
		if (!isDone) this.#saveSoon(person);
	}

	#set(person: Identity, own: Own): void {
		const before = this.of(person);
		this.#all.set(person, own);
		if (own.levels !== before.levels)
			this.#setLevels(person, before.levels, own.levels);
		if (own.devices.length > 0) this.#reachable.add(person);
		else this.#reachable.delete(person);
	}

	#setLevels(person: Identity, before: Own["levels"], now: Own["levels"]) {
		for (const { room, level } of before) {
			const all = this.#wantAll.get(room);
			if (level === "all" && all?.delete(person) && all.size === 0)
				this.#wantAll.delete(room);
		}
		for (const { room, level } of now) {
			if (level !== "all") continue;
			const all = this.#wantAll.get(room) ?? new Set();
			this.#wantAll.set(room, all.add(person));
		}
	}

	#fileOf(person: Identity): string {
		return this.#parts.secrets.mac("person", person).slice(0, 22);
	}
}
