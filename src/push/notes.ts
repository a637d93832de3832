/**
 * Sends a person's browsers a note of what was said while they did not look:
 * of mentions, replies and direct messages, unless they want something else.
 * The node that decides does it, after the commit; nothing waits for it, and
 * a note that is lost is lost.
 */
import type { Identity, RoomName } from "../../machines/events.ts";
import { isPublic, type Said } from "../../machines/message.ts";
import { type Device, levelOf } from "../../machines/own.ts";
import { isQuiet } from "../../machines/quiet.ts";
import { type Change, changed } from "../../machines/relations.ts";
import { mentioned } from "../../machines/text.ts";
import { parseName } from "../chat/name.ts";
import { mayEnter } from "../engine/commands/decision.ts";
import { personCalled, personUnder } from "../engine/commands/names-held.ts";
import type { OwnRooms } from "../engine/own-rooms.ts";
import type { OwnState } from "../engine/own-state.ts";
import { leads, type RunningParts } from "../engine/parts.ts";

/** Notes that wait, for each person. */
const MOST_WAITING = 8;
const MOST_AT_ONCE = 8;
/** A person tries their browsers out once in this time. */
const TRIAL_MS = 10_000;
const MOST_TRIES = 5;
/** Code points of a message that a note shows. */
const NOTE_POINTS = 200;

interface Note {
	/** Which of the person's browsers it is for. */
	readonly endpoint: string;
	/** What it is about; without it, the person tries it out. */
	readonly said?: Said;
	/** Whether the person wants it now. */
	readonly isWanted: () => boolean;
	tries: number;
	due: number;
}

interface NotesParts extends RunningParts {
	readonly ownRooms: OwnRooms;
	readonly ownState: OwnState;
}

export class Notes {
	readonly #parts: NotesParts;
	/** Those who have waited longest for their turn come first. */
	readonly #waiting = new Map<Identity, Set<Note>>();
	/** People whose note is underway: one at a time, so a slow service of theirs delays nobody else. */
	readonly #underway = new Set<Identity>();
	readonly #tried = new Set<Identity>();
	/** Until when nothing is sent to a browser, because its service asked for time or could not be reached. */
	readonly #resting = new Map<string, number>();
	#cancelTimer = () => {};

	constructor(parts: NotesParts) {
		this.#parts = parts;
	}

	/** Call once a message is committed. */
	hear(said: Said): void {
		const { push, people, states } = this.#parts;
		const { reachable } = people;
		if (!push || reachable.size === 0 || !leads(this.#parts)) return;
		const context = states.committed.room(said.room)?.context;
		const member = context?.members.get(said.client);
		const { names } = states.committed.server.context;
		const writer = member ? personUnder(names, member) : "";
		if (reachable.size === 1 && reachable.has(writer)) return;
		// Who erases or edits it is behind this in the archive's turn.
		void this.#meantBy(said).then((meant) => {
			const direct = context?.access === "direct" && context.people?.keys();
			const isWanted = (person: Identity) =>
				this.#wants(person, writer, said.room, meant);
			const wanted = [
				...new Set([...meant, ...people.wantAll(said.room), ...(direct || [])]),
			].filter(
				(person) =>
					person !== writer && reachable.has(person) && isWanted(person),
			);
			if (wanted.length === 0) return;
			const looking = this.#looking(said.room);
			for (const person of wanted)
				if (!looking.has(person))
					this.#note(person, () => isWanted(person), said);
			this.#run();
		});
	}

	/** Who is mentioned in a message, and whose message it answers. */
	async #meantBy(said: Said): Promise<Set<Identity>> {
		const { names } = this.#parts.states.committed.server.context;
		const called = (word: string) => personCalled(names, word) ?? [];
		const meant = new Set(mentioned(said.text).flatMap(called));
		const author = await this.#answeredBy(said);
		return author ? meant.add(personUnder(names, author)) : meant;
	}

	/** Whose message one answers. The log, where people want to read, is asked only if they are not in the room any more. */
	async #answeredBy({ room, epoch, replyTo: offset }: Said) {
		if (offset === undefined) return undefined;
		const { archive, server, states, report } = this.#parts;
		const item = server.find(room)?.recent.itemAt(offset);
		if (item?.kind === "said" && item.epoch === epoch) {
			// Who erased it wants no answers to it.
			if (item.erased) return undefined;
			const { members } = states.committed.room(room)?.context ?? {};
			const member = members?.get(item.client);
			if (member) return member;
		}
		if (archive.isNearlyBusy) return undefined;
		const found = await archive
			.find({ room, epoch, offset })
			.catch((error: unknown) => report.warn({ error }, "a reply has no note"));
		if (!found) return undefined;
		const { name, identity } = found.author;
		return { identity, nameKey: parseName(name)?.nameKey ?? "" };
	}

	/** Sends a note to all browsers of a person, but not again at once; false if there are none. */
	tryOut(person: Identity): boolean {
		const { people, clock } = this.#parts;
		if (!this.#tried.has(person)) {
			this.#tried.add(person);
			clock.after(TRIAL_MS, () => this.#tried.delete(person));
			this.#note(person, () => true);
			this.#run();
		}
		return people.reachable.has(person);
	}

	/** Call once it is committed that something was erased, or has other words: what waits says the old ones no more. */
	forget(change: Change): void {
		for (const notes of this.#waiting.values())
			for (const note of notes)
				if (note.said && changed(note.said, change) !== note.said)
					notes.delete(note);
	}

	#wants(
		person: Identity,
		writer: Identity,
		room: RoomName,
		meant: ReadonlySet<Identity>,
	): boolean {
		const { people, states, clock } = this.#parts;
		const { blocks } = states.committed.server.context;
		const { access } = states.committed.room(room)?.context ?? {};
		const own = people.of(person);
		const level = levelOf(own, room);
		const isWanted =
			level === "all" || meant.has(person) || (access === "direct" && !level);
		return (
			isWanted &&
			level !== "nothing" &&
			mayEnter(states.committed, room, person) &&
			!blocks?.get(person)?.includes(writer) &&
			!isQuiet(own.quiet, clock.now())
		);
	}

	/** Those with a tab that shows the room, and is not away. */
	#looking(room: RoomName): ReadonlySet<Identity> {
		const { server, states } = this.#parts;
		const { names } = states.committed.server.context;
		const away = new Set(server.find(room)?.presence.hidden);
		const members = states.committed.room(room)?.context.members ?? [];
		const looking = new Set<Identity>();
		for (const [client, member] of members)
			if (member.deadline === undefined && !away.has(client))
				looking.add(personUnder(names, member));
		return looking;
	}

	#note(person: Identity, isWanted: () => boolean, said?: Said): void {
		const { people, clock } = this.#parts;
		const notes = this.#waiting.get(person) ?? new Set<Note>();
		for (const { endpoint } of people.of(person).devices) {
			const due = Math.max(clock.now(), this.#resting.get(endpoint) ?? 0);
			const note = { endpoint, isWanted, tries: 0, due };
			notes.add({ ...note, ...(said && { said }) });
		}
		for (const note of notes) if (notes.size > MOST_WAITING) notes.delete(note);
		this.#waiting.set(person, notes);
	}

	/** Sends what is due, and sets the timer for what is due next. */
	#run(): void {
		const { clock, report } = this.#parts;
		const now = clock.now();
		let next = Infinity;
		for (const [person, notes] of this.#waiting) {
			// Each end of one runs this again.
			if (this.#underway.size >= MOST_AT_ONCE) return;
			if (this.#underway.has(person)) continue;
			const [note] = [...notes].sort((one, other) => one.due - other.due);
			if (note && note.due > now) {
				next = Math.min(next, note.due);
				continue;
			}
			this.#waiting.delete(person);
			if (!note) continue;
			// Now all others have waited longer.
			this.#waiting.set(person, notes);
			this.#underway.add(person);
			void this.#send(person, note, notes)
				.catch((error: unknown) => {
					notes.delete(note);
					report.warn({ error }, "a note was not made");
				})
				.finally(() => {
					this.#underway.delete(person);
					this.#run();
				});
		}
		this.#cancelTimer();
		if (next < Infinity)
			this.#cancelTimer = clock.after(next - now, () => this.#run());
	}

	async #send(person: Identity, note: Note, notes: Set<Note>): Promise<void> {
		const { push, clock, report, ownState } = this.#parts;
		const { endpoint } = note;
		const text = await this.#textOf(note);
		const device = this.#deviceOf(person, endpoint);
		// It may be erased by now.
		if (!push || !device || !note.isWanted() || !notes.has(note)) {
			notes.delete(note);
			return;
		}
		const outcome = await push.send(device, text);
		if (typeof outcome === "object") {
			this.#rest(endpoint, notes, clock.now() + outcome.retryMs);
			if (++note.tries < MOST_TRIES) return;
		}
		notes.delete(note);
		if (outcome === "gone")
			ownState.change(person, { kind: "unsubscribe", endpoint });
		else if (outcome !== "sent")
			report.warn({ service: new URL(endpoint).host }, "a note was not taken");
	}

	/** Nothing more is sent to that browser before `due`. */
	#rest(endpoint: string, notes: Iterable<Note>, due: number): void {
		for (const [other, until] of this.#resting)
			if (until <= this.#parts.clock.now()) this.#resting.delete(other);
		this.#resting.set(endpoint, due);
		for (const note of notes) if (note.endpoint === endpoint) note.due = due;
	}

	/** Undefined if the person has turned the browser off, or logged out there. */
	#deviceOf(person: Identity, endpoint: string): Device | undefined {
		const { people, states, clock } = this.#parts;
		const { sessions } = states.committed.server.context;
		return people.of(person).devices.find((device) => {
			const { expires = 0 } = sessions.get(device.session) ?? {};
			return device.endpoint === endpoint && expires >= clock.now();
		});
	}

	/** What the browser is told. */
	async #textOf({ said }: Note): Promise<string> {
		const { ownRooms } = this.#parts;
		// In no language: the browser's is not known here.
		if (!said)
			return JSON.stringify({ room: "", title: "", name: "Plume", text: "" });
		const { room, name } = said;
		const title = isPublic(room) ? room : await ownRooms.titleOf(room);
		const text = [...said.text.slice(0, 2 * NOTE_POINTS)].slice(0, NOTE_POINTS);
		return JSON.stringify({ room, title, name, text: text.join("") });
	}
}
