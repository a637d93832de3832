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

	get(name: Name): string {
		return this.#memory.get(name) ?? this.#storage?.getItem(name) ?? "";
	}

	set(name: Name, value: string): void {
		this.#memory.set(name, value);
		try {
			this.#storage?.setItem(name, value);
			if (this.#storage) this.#memory.delete(name);
		} catch {
			// It is full: the older value stays there, and the memory hides it.
		}
	}

	remove(...names: readonly string[]): void {
		for (const name of names) {
			this.#memory.delete(name);
			this.#storage?.removeItem(name);
		}
	}

	names(): readonly string[] {
		return [...this.#memory.keys(), ...Object.keys(this.#storage ?? {})];
	}
}

/** The entries of a stored list that have the fields of `sample`, by name and type; others are left out. */
export function parseList<Entry extends object>(
	json: string,
	sample: Entry,
): Entry[] {
	const fields = Object.entries(sample);
	const isEntry = (entry: unknown): entry is Entry =>
		entry instanceof Object &&
		fields.every(
			([name, one]) => typeof Reflect.get(entry, name) === typeof one,
		);
	try {
		const list: unknown = JSON.parse(json || "[]");
		return Array.isArray(list) ? list.filter(isEntry) : [];
	} catch {
		return [];
	}
}
