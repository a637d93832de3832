/**
 * Who was in which room under which name, and whose each name was, from when
 * to when: what frames never tell, because it is for the eyes of whoever holds
 * the log. Nothing in it is ever taken back, only ended.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Comparison, NameChange, Stay } from "../../machines/travel.ts";
import { botClaim } from "../chat/bot.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

/** Something that was so after event `from`, and no more after event `to`. */
interface Lasting<Fact> {
	readonly fact: Fact;
	readonly from: number;
	to: number;
}

interface Claimed {
	readonly nameKey: string;
	readonly identity: string;
	readonly name: string;
}

/** Facts, each under a key as long as it lasts. */
class Chronicle<Fact> {
	readonly #all: Lasting<Fact>[] = [];
	readonly #lasting = new Map<string, Lasting<Fact>>();

	begin(key: string, fact: Fact, from: number): void {
		this.end(key, from);
		const lasting = { fact, from, to: Number.POSITIVE_INFINITY };
		this.#all.push(lasting);
		this.#lasting.set(key, lasting);
	}

	end(key: string, to: number): void {
		const lasting = this.#lasting.get(key);
		if (lasting) lasting.to = to;
		this.#lasting.delete(key);
	}

	/** What is so after event `to` and was not after event `from`, and the other way round. */
	compare(from: number, to: number): { come: Fact[]; gone: Fact[] } {
		const was = this.#at(from);
		const is = this.#at(to);
		const without = (facts: Map<string, Fact>, others: Map<string, Fact>) =>
			Array.from(facts).flatMap(([key, fact]) => (others.has(key) ? [] : fact));
		return { come: without(is, was), gone: without(was, is) };
	}

	/** What ended and began anew is the same, and what is so twice is so. */
	#at(seq: number): Map<string, Fact> {
		const facts = new Map<string, Fact>();
		for (const { fact, from, to } of this.#all)
			if (from <= seq && seq < to) facts.set(JSON.stringify(fact), fact);
		return facts;
	}
}

export class Register {
	readonly #stays = new Chronicle<Stay>();
	readonly #claims = new Chronicle<Claimed>();
	/** The actors of rooms by name, one for each incarnation. */
	readonly #rooms = new Map<string, string[]>();
	/** What each client was called. */
	readonly #names = new Map<string, string>();

	/** Begins with how all stands after event `seq`. */
	constructor(state: State, seq: number) {
		for (const [nameKey, owner] of state.server.context.names)
			if (owner.identity !== botClaim.identity)
				this.#claim({ ...owner, nameKey }, seq);
		for (const room of state.roomNames) {
			const { incarnation, members = [] } = state.room(room)?.context ?? {};
			if (incarnation) this.#rooms.set(room, [incarnation]);
			for (const [client, { name }] of members)
				this.#enter({ client, name, room }, seq);
		}
		for (const client of state.clientIds)
			this.#names.set(client, state.client(client)?.context.name ?? "");
	}

	/** Takes the next event, which the machines took. */
	note({ seq, event }: Stored): void {
		this.#noteClient(event);
		switch (event.type) {
			case "room.opened": {
				const before = this.#rooms.get(event.room) ?? [];
				this.#rooms.set(event.room, [...before, event.incarnation]);
				return;
			}
			case "client.entered":
				this.#enter(event, seq);
				return;
			case "client.left":
				this.#stays.end(`${event.room}/${event.client}`, seq);
				return;
			case "login.succeeded":
				this.#claim(event, seq);
				return;
			case "name.released":
				this.#claims.end(event.nameKey, seq);
		}
	}

	get roomNames(): readonly string[] {
		return [...this.#rooms.keys()].sort();
	}

	/** The actors of the rooms of a name. */
	actorsOfRoom(room: string): readonly string[] {
		return this.#rooms.get(room) ?? [];
	}

	/** The clients who are called so, or whose id begins so. */
	clients(text: string): readonly string[] {
		const called = text.toLowerCase();
		return Array.from(this.#names).flatMap(([id, name]) =>
			id.startsWith(text) || name.toLowerCase() === called ? id : [],
		);
	}

	/** What is after event `to` and was not after event `from`, and the other way round. */
	compare(from: number, to: number): Comparison {
		const stays = this.#stays.compare(from, to);
		const claims = this.#claims.compare(from, to);
		return {
			came: stays.come,
			left: stays.gone,
			names: changes(claims.gone, claims.come),
		};
	}

	#enter(
		{ client, name, room }: Stay & { readonly client: string },
		seq: number,
	): void {
		this.#stays.begin(`${room}/${client}`, { name, room }, seq);
	}

	#claim({ nameKey, identity, name }: Claimed, seq: number): void {
		this.#claims.begin(nameKey, { nameKey, identity, name }, seq);
	}

	#noteClient(event: PlumeEvent): void {
		if (event.type === "login.requested" || event.type === "client.entered")
			this.#names.set(event.client, event.name);
	}
}

function changes(
	gone: readonly Claimed[],
	come: readonly Claimed[],
): readonly NameChange[] {
	const others = new Map(come.map((claim) => [claim.nameKey, claim]));
	const changed = gone.map(({ nameKey, name: before }) => {
		const { name: after } = others.get(nameKey) ?? {};
		others.delete(nameKey);
		return after === undefined ? { before } : { before, after };
	});
	const claimed = Array.from(others.values(), ({ name: after }) => ({ after }));
	return [...changed, ...claimed];
}
