/** The connections that an edge carries, and the numbers by which the sequencer knows them. */
import type { ClientId } from "../../machines/events.ts";
import type { Connection } from "../engine/connection.ts";
import type { ToSequencer } from "./edge-parts.ts";

export class Carried {
	readonly #numbers = new Map<Connection, number>();
	readonly #connections = new Map<number, Connection>();
	#next = 1;

	/** Tells the sequencer of each connection. Some came in while this node decided. */
	introduceAll(link: ToSequencer, all: Iterable<Connection>): void {
		for (const [connection, number] of this.#numbers)
			introduce(connection, number, link);
		for (const one of all) if (one.login && !one.node) this.numberOf(one, link);
		link.send({ kind: "carried" });
	}

	/** A connection that has no number gets one, and the sequencer is told of it. */
	numberOf(connection: Connection, link: ToSequencer): number {
		const known = this.#numbers.get(connection);
		if (known !== undefined) return known;
		this.#numbers.set(connection, this.#next);
		this.#connections.set(this.#next, connection);
		introduce(connection, this.#next, link);
		return this.#next++;
	}

	get clients(): ReadonlySet<ClientId | undefined> {
		return new Set(Array.from(this.#numbers, ([{ login }]) => login?.client));
	}

	get(number: number): Connection | undefined {
		return this.#connections.get(number);
	}

	/** Answers the number that it had. */
	delete(connection: Connection): number | undefined {
		const number = this.#numbers.get(connection);
		this.#connections.delete(number ?? 0);
		this.#numbers.delete(connection);
		return number;
	}
}

const introduce = (
	{ networks, login }: Connection,
	connection: number,
	link: ToSequencer,
): void => link.send({ kind: "connection", connection, networks, login });
