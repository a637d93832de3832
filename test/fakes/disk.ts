/**
 * A disk that forgets: what was written is in a cache until it is synced, and
 * a crash keeps any part of the cache, page by page, as a real disk may. Any
 * call can be made to fail, to fall short, or to be the moment of the crash.
 */
import { basename, dirname } from "node:path";
import { type Disk, type DiskFile, notOurs } from "../../src/log/disk.ts";

export type CallKind = Exclude<keyof Disk | keyof DiskFile, "close">;

export interface Call {
	readonly kind: CallKind;
	readonly path: string;
	/** From 1, for each disk. */
	readonly number: number;
}

/** The code of an error; how many bytes a write takes; or that this call and all after it never return. */
export type Fault = { code: string } | { short: number } | "crash";

/** What is to go wrong with a call; a promise also says when it may go on. */
export type Interrupt = (
	call: Call,
) => Fault | undefined | Promise<Fault | undefined>;

/** Answers a whole number from 0, below the one given. */
export type Random = (below: number) => number;

interface File {
	bytes: Buffer;
	synced: Buffer;
}

const NOTHING = Buffer.alloc(0);
const never = () => new Promise<never>(() => {});

export class FakeDisk implements Disk {
	interrupt: Interrupt = () => undefined;
	calls = 0;
	/** How often each fault was injected. */
	readonly injected: Record<string, number> = {};
	/** Resolves when a call was the crash. */
	readonly crashing: Promise<void>;
	#crashNow = () => {};
	readonly #pageBytes: number;
	readonly #folders = new Set<string>();
	#names = new Map<string, File>();
	#syncedNames = new Map<string, File>();
	#crashed = false;

	constructor(files: Iterable<[string, Buffer]> = [], pageBytes = 4096) {
		this.crashing = new Promise((resolve) => {
			this.#crashNow = resolve;
		});
		this.#pageBytes = pageBytes;
		for (const [path, bytes] of files) {
			const file = { bytes, synced: bytes };
			this.#addFolder(dirname(path));
			this.#names.set(path, file);
			this.#syncedNames.set(path, file);
		}
	}

	/** What a program would read now, by path. */
	get files(): Map<string, Buffer> {
		const names = [...this.#names].sort(([a], [b]) => (a < b ? -1 : 1));
		return new Map(names.map(([path, { bytes }]) => [path, bytes]));
	}

	/** Whether these bytes are in any file, or may be after a crash. */
	has(bytes: string): boolean {
		const files = [...this.#names.values(), ...this.#syncedNames.values()];
		return files.some(
			(file) => file.bytes.includes(bytes) || file.synced.includes(bytes),
		);
	}

	get crashed(): boolean {
		return this.#crashed;
	}

	/** The disk as the next process finds it if this one is killed now: the cache is still there. */
	kill(): FakeDisk {
		this.#crashed = true;
		const disk = new FakeDisk([], this.#pageBytes);
		for (const folder of this.#folders) disk.#folders.add(folder);
		disk.#names = new Map(this.#names);
		disk.#syncedNames = new Map(this.#syncedNames);
		return disk;
	}

	/** The disk as it may be found after the power went now; this one is dead. */
	crash(random: Random): FakeDisk {
		this.#crashed = true;
		const paths = new Set([...this.#names.keys(), ...this.#syncedNames.keys()]);
		const found: [string, Buffer][] = [];
		for (const path of paths) {
			const states = [this.#syncedNames.get(path), this.#names.get(path)];
			const file = states[random(2)];
			if (file) found.push([path, this.#afterCrash(file, random)]);
		}
		const disk = new FakeDisk(found, this.#pageBytes);
		for (const folder of this.#folders) disk.#folders.add(folder);
		return disk;
	}

	/** Any page may be as it was or as it was to be, and the end anywhere between. */
	#afterCrash({ bytes, synced }: File, random: Random): Buffer {
		if (bytes === synced) return bytes;
		const luck = random(4);
		if (luck === 0) return synced;
		if (luck === 1) return bytes;
		const sizes = [synced.length, bytes.length].sort((a, b) => a - b);
		const [least = 0, most = 0] = sizes;
		const found = Buffer.alloc(least + random(most - least + 1));
		synced.copy(found);
		const end = Math.min(found.length, bytes.length);
		for (let at = 0; at < end; at += this.#pageBytes)
			if (random(2)) bytes.copy(found, at, at, at + this.#pageBytes);
		return found;
	}

	async makeFolder(folder: string): Promise<void> {
		await this.#called("makeFolder", folder);
		this.#addFolder(folder);
	}

	#addFolder(folder: string): void {
		for (let it = folder; !this.#folders.has(it); it = dirname(it))
			this.#folders.add(it);
	}

	async list(folder: string): Promise<string[]> {
		await this.#called("list", folder);
		if (!this.#folders.has(folder)) throw failure("ENOENT", "list", folder);
		return [...this.#names.keys(), ...this.#folders]
			.filter((path) => dirname(path) === folder)
			.map((path) => basename(path));
	}

	async syncFolder(folder: string): Promise<void> {
		await this.#called("syncFolder", folder);
		for (const path of new Set([
			...this.#names.keys(),
			...this.#syncedNames.keys(),
		])) {
			if (dirname(path) !== folder) continue;
			const file = this.#names.get(path);
			if (file) this.#syncedNames.set(path, file);
			else this.#syncedNames.delete(path);
		}
	}

	async *read(path: string, from = 0, to?: number): AsyncGenerator<Buffer> {
		await this.#called("read", path);
		const file = this.#names.get(path);
		if (!file) throw failure("ENOENT", "read", path);
		if (from < file.bytes.length) yield file.bytes.subarray(from, to);
	}

	async remove(path: string): Promise<void> {
		await this.#called("remove", path);
		this.#names.delete(path);
	}

	async removeFolder(folder: string): Promise<void> {
		await this.#called("removeFolder", folder);
		for (const path of [...this.#names.keys(), ...this.#folders])
			if (`${path}/`.startsWith(`${folder}/`)) {
				this.#names.delete(path);
				this.#folders.delete(path);
			}
	}

	async rename(path: string, to: string): Promise<void> {
		await this.#called("rename", path);
		if (this.#folders.delete(path)) {
			this.#addFolder(to);
			for (const inside of [...this.#folders, ...this.#names.keys()]) {
				if (!inside.startsWith(`${path}/`)) continue;
				const name = to + inside.slice(path.length);
				const file = this.#names.get(inside);
				if (file) this.#names.set(name, file);
				else this.#addFolder(name);
				this.#names.delete(inside);
				this.#folders.delete(inside);
			}
			return;
		}
		const file = this.#names.get(path);
		if (!file) throw failure("ENOENT", "rename", path);
		this.#names.delete(path);
		this.#names.set(to, file);
	}

	async open(path: string): Promise<DiskFile> {
		await this.#called("open", path);
		const file = this.#names.get(path) ?? { bytes: NOTHING, synced: NOTHING };
		this.#names.set(path, file);
		return {
			write: async (bytes, position) => {
				const most = await this.#called("write", path);
				const taken = bytes.subarray(0, most);
				file.bytes = written(file.bytes, taken, position);
				return taken.length;
			},
			truncate: async (size) => {
				await this.#called("truncate", path);
				file.bytes = file.bytes.subarray(0, size);
			},
			sync: async () => {
				await this.#called("sync", path);
				file.synced = file.bytes;
			},
			check: () => {
				if (this.#names.get(path) !== file) throw notOurs(path);
			},
			close: async () => {},
		};
	}

	/** Lets a call fail as it was told to; answers how many bytes a write may take. */
	async #called(kind: CallKind, path: string): Promise<number> {
		if (this.#crashed) return never();
		const call = { kind, path, number: ++this.calls };
		const fault = await this.interrupt(call);
		if (this.#crashed) return never();
		if (!fault) return Number.POSITIVE_INFINITY;
		const name =
			fault === "crash" ? fault : "code" in fault ? fault.code : "short";
		const key = `${name} at ${kind}`;
		this.injected[key] = (this.injected[key] ?? 0) + 1;
		if (fault === "crash") {
			this.#crashed = true;
			this.#crashNow();
			return never();
		}
		if ("code" in fault) throw failure(fault.code, kind, path);
		return fault.short;
	}
}

function written(old: Buffer, bytes: Uint8Array, position: number): Buffer {
	const size = Math.max(old.length, position + bytes.length);
	const whole = Buffer.alloc(size);
	old.copy(whole);
	whole.set(bytes, position);
	return whole;
}

const failure = (code: string, kind: CallKind, path: string) =>
	Object.assign(new Error(`${code}: simulated, ${kind} '${path}'`), { code });

/** A generator of numbers that are the same for the same seed. */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}
