/**
 * What an edge has sent the sequencer and knows no outcome of. If the
 * sequencer is gone, numbered lines wait for the next one, since the room
 * takes each number once. Whether anything else was done, nobody knows.
 */
import type { Command } from "../engine/command.ts";
import type { Connection } from "../engine/connection.ts";

/** So many may be undecided before nothing more is read. */
const MOST_UNDECIDED = 5000;

type Each = (connection: Connection, command: Command, number: number) => void;

const isNumbered = (command: Command): boolean =>
	command.kind === "text" && command.n !== undefined;

export class Undecided {
	readonly #refuse: (connection: Connection, command: Command) => void;
	readonly #all = new Map<number, readonly [Connection, Command]>();
	/** Those who erase all they said. That takes long after it is decided, and no other node goes on with it. */
	#erasing: (readonly [Connection, Command])[] = [];
	#next = 1;

	/** `refuse` tells someone that nobody knows whether it was done. */
	constructor(refuse: (connection: Connection, command: Command) => void) {
		this.#refuse = refuse;
	}

	get isFull(): boolean {
		return this.#all.size > MOST_UNDECIDED;
	}

	/** Whether a command can wait for a sequencer. */
	mayWait(command: Command): boolean {
		return isNumbered(command) && !this.isFull;
	}

	/** Answers the number of the command. */
	add(connection: Connection, command: Command): number {
		if (command.kind !== "eraseAll")
			this.#all.set(this.#next, [connection, command]);
		else
			this.#erasing = [
				...this.#erasing.filter(([{ gone }]) => !gone),
				[connection, command],
			];
		return this.#next++;
	}

	/** Every command up to this number is decided. */
	settle(upTo: number): void {
		for (const number of this.#all.keys())
			if (number <= upTo) this.#all.delete(number);
			else break;
	}

	/** What can't wait is refused. */
	lose(): void {
		for (const [number, [connection, command]] of this.#all) {
			if (isNumbered(command)) continue;
			this.#all.delete(number);
			this.#refuse(connection, command);
		}
		for (const erasing of this.#erasing.splice(0)) this.#refuse(...erasing);
	}

	/** In the order in which it came. `isForgotten`: it is not undecided any more. */
	sendAgain(send: Each, isForgotten = false): void {
		for (const [number, [connection, command]] of [...this.#all]) {
			if (isForgotten || connection.gone) this.#all.delete(number);
			if (!connection.gone) send(connection, command, number);
		}
	}
}
