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
type Setting = "rooms" | "theme" | "notify" | "push" | "language";
export const browser = new Store<Shared | Setting>("localStorage");
