import { BASE } from "./base-path.ts";

/** What else the site has stores its own. */
const PREFIX = BASE === "/" ? "" : BASE;

/**
 * A browser storage in which "" means missing. The memory of this page stands
 * in where storage is forbidden or full.
 */
export class Store<Name extends string> {
	readonly #memory = new Map<string, string>();
	readonly #storage: Storage | undefined;

	constructor(which: "sessionStorage" | "localStorage") {
		try {
			this.#storage = window[which];
		} catch {
			// Some browsers throw where cookies are blocked.
		}
	}

	/** The name under which the browser has it. */
	keyOf(name: string): string {
		return PREFIX + name;
	}

	get(name: Name): string {
		return (
			this.#memory.get(name) ?? this.#storage?.getItem(this.keyOf(name)) ?? ""
		);
	}

	set(name: Name, value: string): void {
		this.#memory.set(name, value);
		try {
			this.#storage?.setItem(this.keyOf(name), value);
			if (this.#storage) this.#memory.delete(name);
		} catch {
			// It is full: the older value stays there, and the memory hides it.
		}
	}

	remove(...names: readonly string[]): void {
		for (const name of names) {
			this.#memory.delete(name);
			this.#storage?.removeItem(this.keyOf(name));
		}
	}

	names(): readonly string[] {
		const keys = Object.keys(this.#storage ?? {});
		const ours = keys.filter((key) => key.startsWith(PREFIX));
		const stored = ours.map((key) => key.slice(PREFIX.length));
		return [...this.#memory.keys(), ...stored];
	}
}

/** What a tab stores for itself. */
export type Shared = "session" | "name" | "email";
/** Settings stay when another person logs in. */
type Setting = "rooms" | "theme" | "notify" | "language";
export const browser = new Store<Shared | Setting>("localStorage");

/** The entries of a stored list that have the fields of `sample`, by name and type; others are left out. */
export function parseList<Entry extends object>(json: string, sample: Entry) {
	const names = Object.keys(sample);
	const typeOf = (of: object, name: string) => typeof Reflect.get(of, name);
	const isEntry = (entry: unknown): entry is Entry =>
		entry instanceof Object &&
		names.every((name) => typeOf(entry, name) === typeOf(sample, name));
	try {
		const list: unknown = JSON.parse(json || "[]");
		return Array.isArray(list) ? list.filter(isEntry) : [];
	} catch {
		return [];
	}
}
