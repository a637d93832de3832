/** Someone whose page comes back, to whatever node there is, and sends again what was not acknowledged. */
import { MessageType as types } from "../../machines/message.ts";
import type { Person, Received, TestServer } from "../test-server.ts";

export class Member {
	readonly name: string;
	/** Everything that was seen of the room, by offset. */
	readonly seen = new Map<number, Received>();
	readonly faults: string[] = [];
	/** What was erased, by its offset; empty if it was not seen before. */
	readonly erased = new Map<number, string>();
	#memory: Person["memory"];
	#person: Person;
	#said = 0;
	#taken = 0;
	/** The last offset that came on this connection, or that was known when it began. */
	#latest = 0;
	readonly #lines: string[] = [];

	constructor(name: string, person: Person) {
		this.name = name;
		this.#person = person;
		this.#memory = person.memory;
		for (const frame of person.received) this.#hear(frame);
		person.onFrame = (frame) => this.#hear(frame);
	}

	get lines(): readonly string[] {
		return this.#lines;
	}

	/** What to look at when a test fails. */
	get status(): object {
		const { closed, received, isIn } = this.#person;
		const last = received.slice(-3);
		return { closed, isIn, said: this.#said, taken: this.#taken, last };
	}

	get isDone(): boolean {
		return this.#taken === this.#said && this.#person.closed === undefined;
	}

	say(): void {
		this.#lines.push(`${this.name} says ${++this.#said}`);
		if (this.#person.isIn) this.#send(this.#said);
	}

	/** Asks once that something of one's own is erased; it may come to nothing. */
	erase(pick: (most: number) => number): void {
		const own = [...this.seen.values()].filter(
			({ user, text }) => user?.name === this.name && text !== "",
		);
		const line = own[pick(own.length)];
		if (!line) return;
		const { room, epoch, offset: target } = line;
		this.#person.erase({ room, epoch, target });
	}

	hangUp(): void {
		this.#person.hangUp();
	}

	/** Call now and then: comes back if the connection is lost, or nobody lets it in. */
	live(pick: () => { readonly server: TestServer }): void {
		if (this.#person.closed === undefined) return;
		const { memory } = this.#person;
		if (memory.client)
			this.#memory = { ...this.#memory, ...withoutGaps(memory) };
		const { server } = pick();
		const person = server.connect("plume.2");
		this.#person = person;
		person.onFrame = (frame) => this.#hear(frame);
		this.#latest = Number(this.#memory.offset ?? 0);
		person.open({ ...this.#memory });
	}

	#send(n: number): void {
		this.#person.say(this.#lines[n - 1] ?? "", n);
	}

	#hear(frame: Received): void {
		const { type, offset, last } = frame;
		if (type === types.welcome) {
			// The same client goes on with its numbers.
			if (frame.client !== this.#memory.client && this.#memory.client)
				this.faults.push("a client of another id");
			this.#memory = { ...this.#memory, client: frame.client };
			this.#taken = Number(last ?? 0);
			for (let n = this.#taken + 1; n <= this.#said; n++) this.#send(n);
		}
		if (type === types.gap) this.#latest = 0;
		if (type === types.ack) this.#taken = Number(last);
		if (type === types.refused && frame.n !== undefined)
			this.faults.push(`refused: ${frame.code}`);
		if (typeof offset !== "number" || !("time" in frame)) return;
		if (type !== types.text && type !== types.system) return;
		if (offset <= this.#latest)
			this.faults.push(`offset ${offset} came again after ${this.#latest}`);
		this.#latest = offset;
		this.#memory = { ...this.#memory, offset, time: frame.time };
		const before = this.seen.get(offset);
		if (before && !before.erased && before.text !== frame.text)
			this.faults.push(`offset ${offset} was two things`);
		this.seen.set(offset, frame);
		if (frame.kind !== "erased") return;
		const target = Number(frame.target);
		const erased = this.seen.get(target);
		this.erased.set(target, this.erased.get(target) || `${erased?.text ?? ""}`);
		if (erased) this.seen.set(target, withoutText(erased));
	}
}

/** As one who comes later is shown it. */
const withoutText = (frame: Received): Received => ({
	...frame,
	text: "",
	erased: true,
});

/** What a connection that never got in does not know is known from before. */
const withoutGaps = (memory: Person["memory"]) =>
	Object.fromEntries(
		Object.entries(memory).filter(([, value]) => value !== undefined),
	);
