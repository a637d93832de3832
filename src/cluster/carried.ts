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

	delete(connection: Connection): void {
		this.#connections.delete(this.#numbers.get(connection) ?? 0);
		this.#numbers.delete(connection);
	}
}
