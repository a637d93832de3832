/** The connections that an edge carries, and the numbers by which the sequencer knows them. */
import type { Connection } from "../engine/connection.ts";

export class Carried {
	readonly #numbers = new Map<Connection, number>();
	readonly #connections = new Map<number, Connection>();
	#next = 1;

	get all(): Iterable<readonly [Connection, number]> {
		return this.#numbers;
	}

	numberOf(connection: Connection): number | undefined {
		return this.#numbers.get(connection);
	}

	get(number: number): Connection | undefined {
		return this.#connections.get(number);
	}

	add(connection: Connection): number {
		this.#numbers.set(connection, this.#next);
		this.#connections.set(this.#next, connection);
		return this.#next++;
	}

	/** Answers the number that it had. */
	delete(connection: Connection): number | undefined {
		const number = this.#numbers.get(connection);
		this.#connections.delete(number ?? 0);
		this.#numbers.delete(connection);
		return number;
	}
}
