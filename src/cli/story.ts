/**
 * The story of one client in plain words: what it did, when, and how long
 * that took. What was said is not told, only how often something was.
 */
import type { ClientId, PlumeEvent } from "../../machines/events.ts";
import type { Stored } from "../log/log.ts";
import { inWords, span } from "./words.ts";

export class Story {
	readonly client: ClientId;
	name = "";
	room = "";
	readonly #lines: string[] = [];
	#mistakes = 0;
	#lostAt: number | undefined;
	/** Whether it is in the room, and would be kept a place there. */
	#staysIn = false;
	/** The messages said in a row: the first, the last, how many. */
	#said: { first: Stored; last: Stored; count: number } | undefined;

	constructor(client: ClientId) {
		this.client = client;
	}

	/** Takes the next event, whether or not it is about this client. */
	take(stored: Stored): void {
		const { event } = stored;
		if (!this.#concerns(event)) return;
		if (event.type === "message.posted") {
			this.#said ??= { first: stored, last: stored, count: 0 };
			this.#said = { ...this.#said, last: stored, count: this.#said.count + 1 };
			return;
		}
		this.#endSaying();
		this.#lines.push(line(stored, this.#words(event)));
		this.#remember(event);
	}

	/** A line for each thing that happened. */
	tell(): readonly string[] {
		this.#endSaying();
		const who = this.name ? ` is ${this.name}, in ${this.room}` : "";
		return [`Client ${this.client}${who}.`, ...this.#lines];
	}

	#concerns(event: PlumeEvent): boolean {
		if ("client" in event) return event.client === this.client;
		return (
			event.type === "clients.detached" &&
			this.#staysIn &&
			event.room === this.room
		);
	}

	#words(event: PlumeEvent): string {
		const after = this.#lostAt === undefined ? 0 : event.time - this.#lostAt;
		switch (event.type) {
			case "login.failed":
				return this.#mistakes > 0
					? `mistyped it again, ${this.#mistakes + 1} times by now`
					: inWords(event);
			case "client.resumed":
				return after > 0 ? `came back after ${span(after)}` : inWords(event);
			case "client.left":
				return after > 0 && event.why === "closed"
					? `left, because it did not come back within ${span(after)}`
					: inWords(event);
			default:
				return inWords(event);
		}
	}

	#remember(event: PlumeEvent): void {
		if ("name" in event) this.name = event.name;
		if ("room" in event) this.room = event.room;
		this.#lostAt = undefined;
		switch (event.type) {
			case "login.failed":
				this.#mistakes++;
				break;
			case "client.entered":
				this.#staysIn = event.session !== undefined;
				break;
			case "client.detached":
			case "clients.detached":
				this.#lostAt = event.time;
				break;
			case "client.left":
				this.#staysIn = false;
		}
	}

	#endSaying(): void {
		if (!this.#said) return;
		const { first, last, count } = this.#said;
		this.#said = undefined;
		const during = span(last.event.time - first.event.time);
		const words =
			count === 1
				? "said something"
				: `said ${count} things in ${during}, up to #${last.seq}`;
		this.#lines.push(line(first, words));
	}
}

/** When, which, what. */
export function line({ seq, event }: Stored, words: string): string {
	const time = `${new Date(event.time).toISOString().slice(0, 19)}Z`;
	return `  ${time}  #${String(seq).padEnd(6)}  ${words}`;
}
