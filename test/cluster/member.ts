/** Someone whose page comes back, to whatever node there is, and sends again what was not acknowledged. */
import { MessageType as types } from "../../machines/message.ts";
import type { Person, Received, TestServer } from "../test-server.ts";

/** What a member knows of a room, and has said there. */
class Visited {
	/** Everything that was seen of the room, by offset. */
	readonly seen = new Map<number, Received>();
	/** What was erased, by its offset; empty if it was not seen before. */
	readonly erased = new Map<number, string>();
	/** The newest words of what was edited, by its offset, and the words that they replaced. */
	readonly edited = new Map<number, string>();
	readonly replaced: string[] = [];
	readonly lines: string[] = [];
	/** How many lines the server has taken, and how many of these another client said. */
	taken = 0;
	before = 0;
	/** What a page keeps to come back in its place. */
	position: Pick<Person["memory"], "client" | "epoch" | "offset" | "time">;
	/** The last offset that came on this connection, or that was known when it began. */
	latest = 0;

	constructor(position: Visited["position"]) {
		this.position = position;
	}

	get isDone(): boolean {
		return this.taken === this.lines.length;
	}
}

export class Member {
	readonly name: string;
	readonly faults: string[] = [];
	/** The key of the room that was asked for. */
	key: string | undefined;
	readonly rooms = new Map<string, Visited>();
	readonly #session: Person["memory"]["session"];
	#person: Person;
	/** Where this person is, or wants to be. */
	#room = "lobby";
	/** Where the server has let the connection in; empty before that. */
	#inside = "";

	constructor(name: string, person: Person) {
		this.name = name;
		this.#person = person;
		this.#session = person.memory.session;
		for (const frame of person.received) this.#hear(frame);
		person.onFrame = (frame) => this.#hear(frame);
	}

	get isDone(): boolean {
		const all = [...this.rooms.values()].every((room) => room.isDone);
		const isThere = this.#inside === this.#room;
		return all && isThere && this.#person.closed === undefined;
	}

	isIn(room: string): boolean {
		return this.#inside === room && this.#room === room;
	}

	/** What is known of a room; it may be nothing. */
	room(name: string): Visited {
		const known = this.rooms.get(name);
		if (known) return known;
		const { client, epoch, offset, time }: Partial<Person["memory"]> = {};
		const visited = new Visited({ client, epoch, offset, time });
		this.rooms.set(name, visited);
		return visited;
	}

	say(): void {
		const { lines } = this.room(this.#room);
		lines.push(`${this.name} says ${lines.length + 1} in ${this.#room}`);
		if (this.#inside === this.#room) this.#send(lines.length);
	}

	/** Asks for the room of a few people. Its key is known once that is answered. */
	talkTo(names: readonly string[]): void {
		const asked = { type: types.rooms, kind: "direct", names, id: "direct" };
		this.#person.raw(JSON.stringify(asked));
	}

	/** Asks once that something of one's own is erased; it may come to nothing. */
	erase(pick: (most: number) => number): void {
		const own = [...this.room(this.#room).seen.values()].filter(
			({ user, text }) => user?.name === this.name && text !== "",
		);
		const line = own[pick(own.length)];
		if (!line) return;
		const { room, epoch, offset: target } = line;
		this.#person.erase({ room, epoch, target });
	}

	/** Asks once that something of one's own gets other words; it may come to nothing. */
	edit(pick: (most: number) => number): void {
		const own = [...this.room(this.#room).seen.values()].filter(
			({ type, user, text, edited }) =>
				type === types.text &&
				user?.name === this.name &&
				text !== "" &&
				edited === undefined,
		);
		const line = own[pick(own.length)];
		if (!line) return;
		const { room, epoch, offset: target } = line;
		const about = { room, epoch, target, text: `${line.text} again` };
		const frame = { type: types.relation, kind: "edit", ...about };
		this.#person.raw(JSON.stringify(frame));
	}

	/** Goes to another room on the same connection, once everything here is taken. */
	goTo(room: string): void {
		const isFree = this.#inside === this.#room && this.room(this.#room).isDone;
		if (!isFree || room === this.#room || this.#person.closed) return;
		this.#room = room;
		this.#open();
	}

	hangUp(): void {
		this.#person.hangUp();
	}

	/** Call now and then: comes back if the connection is lost, or nobody lets it in. */
	live(pick: () => { readonly server: TestServer }): void {
		if (this.#person.closed === undefined) return;
		this.#inside = "";
		const { server } = pick();
		const person = server.connect("plume.2");
		this.#person = person;
		person.onFrame = (frame) => this.#hear(frame);
		this.#open();
	}

	#open(): void {
		const visited = this.room(this.#room);
		const { position } = visited;
		visited.latest = Number(position.offset ?? 0);
		const known = Object.entries(position).filter(([, it]) => it !== undefined);
		const session = this.#session;
		this.#person.open({
			...{ session, room: this.#room, ...Object.fromEntries(known) },
		});
	}

	/** Sends the nth line of the room. */
	#send(nth: number): void {
		const { lines, before } = this.room(this.#room);
		this.#person.say(lines[nth - 1] ?? "", nth - before, this.#room);
	}

	#hear(frame: Received): void {
		const { type, offset, last } = frame;
		if (frame.kind === "ready") this.key = String(frame.room);
		if (type === types.refused) this.#refused(frame);
		if (typeof frame.room !== "string") return;
		const visited = this.room(frame.room);
		if (type === types.welcome) this.#welcomed(frame, visited);
		if (type === types.gap) visited.latest = 0;
		if (type === types.ack) visited.taken = visited.before + Number(last);
		if (typeof offset !== "number" || !("time" in frame)) return;
		if (type === types.text || type === types.system)
			this.#see(frame, offset, visited);
	}

	#welcomed(frame: Received, visited: Visited): void {
		this.#inside = String(frame.room);
		const { client, epoch } = frame;
		const isFirst = visited.position.client === undefined;
		const isAnother = !isFirst && visited.position.client !== client;
		if (isAnother && !visited.isDone)
			this.faults.push("a client of another id, before all was taken");
		if (isAnother) visited.before = visited.lines.length;
		visited.position = { ...visited.position, client, epoch };
		visited.taken = visited.before + Number(frame.last ?? 0);
		if (this.#inside !== this.#room) return;
		for (let nth = visited.taken + 1; nth <= visited.lines.length; nth++)
			this.#send(nth);
	}

	#refused(frame: Received): void {
		// A move that is refused changes nothing.
		if (frame.re === types.open && this.#inside) this.#room = this.#inside;
		// What was meant for the room before is sent there again.
		if (frame.n !== undefined && frame.code !== "isInside")
			this.faults.push(`refused: ${frame.code}`);
	}

	#see(frame: Received, offset: number, visited: Visited): void {
		const { seen, erased } = visited;
		if (offset <= visited.latest)
			this.faults.push(`offset ${offset} came again after ${visited.latest}`);
		visited.latest = offset;
		visited.position = { ...visited.position, offset, time: frame.time };
		const before = seen.get(offset);
		const isEdited = before?.edited !== frame.edited;
		if (before && !before.erased && !isEdited && before.text !== frame.text)
			this.faults.push(`offset ${offset} was two things`);
		seen.set(offset, frame);
		if (frame.edited !== undefined && !frame.erased)
			visited.edited.set(offset, `${frame.text}`);
		const target = Number(frame.target);
		const gone = seen.get(target);
		if (frame.kind === "edited" && gone && !frame.erased) {
			const { text = "", time: edited } = frame;
			visited.edited.set(target, text);
			if (gone.text !== text) visited.replaced.push(`${gone.text}`);
			// A node that was behind may have had neither these words nor those before.
			const { erased: _, ...rest } = gone;
			seen.set(target, { ...rest, text, edited });
		}
		if (frame.kind !== "erased") return;
		for (const [at, one] of seen)
			if (one.kind === "edited" && one.target === target)
				seen.set(at, { ...one, text: "", erased: true });
		erased.set(target, erased.get(target) || `${gone?.text ?? ""}`);
		if (!gone) return;
		const { edited: _, ...rest } = gone;
		seen.set(target, { ...rest, text: "", erased: true });
	}
}
