/** Gives each different value a number, from 0 on, and finds it by that again. Values are the same if they are as JSON. */
export class Numbers<Value> {
	readonly #values: Value[] = [];
	readonly #numbers = new Map<string, number>();

	get size(): number {
		return this.#values.length;
	}

	of(value: Value): number {
		const key = keyOf(value);
		const known = this.#numbers.get(key);
		if (known !== undefined) return known;
		this.#numbers.set(key, this.#values.length);
		return this.#values.push(value) - 1;
	}

	/** Undefined if it was given none. */
	find(value: Value): number | undefined {
		return this.#numbers.get(keyOf(value));
	}

	at(number: number): Value | undefined {
		return this.#values[number];
	}
}

const keyOf = (value: unknown): string =>
	typeof value === "string" ? value : JSON.stringify(value);
