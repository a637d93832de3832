/**
 * Sends a person's browsers a note of what was said while they did not look:
 * of mentions, replies and direct messages, unless they want something else.
 * The node that decides does it, after the commit; nothing waits for it, and
 * a note that is lost is lost.
 */
import type {
	Identity,
	MessageErased,
	PlumeEvent,
	RoomName,
} from "../../machines/events.ts";
import { isPublic, type Said } from "../../machines/message.ts";
import { type Device, levelOf } from "../../machines/own.ts";
import { foldName, mentioned } from "../../machines/text.ts";
import { mayEnter } from "../engine/commands/decision.ts";
import { namesHeld, personUnder } from "../engine/commands/names-held.ts";
import type { OwnRooms } from "../engine/own-rooms.ts";
import type { OwnState } from "../engine/own-state.ts";
import { leads, type RunningParts } from "../engine/parts.ts";
import { isQuiet } from "./quiet.ts";

const MOST_NOTES = 1000;
const MOST_AT_ONCE = 8;
const MOST_TRIES = 5;
/** Code points of a message that a note shows. */
const NOTE_POINTS = 200;
/** The text of a note that tries it out. */
const TRIAL = "This is what a note looks like.";

interface Note {
	readonly person: Identity;
	readonly device: Device;
	/** What it is about; without it, the person tries it out. */
	readonly said?: Said;
	tries: number;
	due: number;
}

interface NotesParts extends RunningParts {
	readonly ownRooms: OwnRooms;
	readonly ownState: OwnState;
}

export class Notes {
	readonly #parts: NotesParts;
	readonly #waiting = new Set<Note>();
	readonly #underway = new Set<Note>();

	constructor(parts: NotesParts) {
		this.#parts = parts;
	}

	/** Call once a message is committed. */
	hear(said: Said): void {
		const { push, people, server, states } = this.#parts;
		if (!push || people.reachable.size === 0 || !leads(this.#parts)) return;
		const { recent } = server.room(said.room);
		const answered = recent.nameAt(said.replyTo ?? 0) ?? "";
		const meant = new Set([...mentioned(said.text), foldName(answered)]);
		const { members } = states.committed.room(said.room)?.context ?? {};
		const member = members?.get(said.client);
		const { names } = states.committed.server.context;
		const writer = member ? personUnder(names, member) : "";
		for (const person of people.reachable)
			if (person !== writer && this.#wants(person, writer, said, meant))
				this.#note(person, said);
	}

	/** Sends a note to all browsers of a person; false if there are none. */
	tryOut(person: Identity): boolean {
		this.#note(person);
		return this.#parts.people.reachable.has(person);
	}

	/** Call once it is committed that something was erased, or has other words: what waits says the old ones no more. */
	forget(event: MessageErased | PlumeEvent<"message.edited">): void {
		const {
			from = 0,
			through = 0,
			name = "",
		} = event.type === "message.erased" ? event : {};
		for (const note of this.#waiting) {
			const { said } = note;
			if (said?.room !== event.room) continue;
			const { offset } = said;
			const isAmong = offset >= from && offset <= through;
			if (offset === event.target || (isAmong && said.name === name))
				this.#waiting.delete(note);
		}
	}

	#wants(
		person: Identity,
		writer: Identity,
		{ room }: Said,
		meant: ReadonlySet<string>,
	): boolean {
		const { people, states, clock } = this.#parts;
		const { names, blocks } = states.committed.server.context;
		const { access } = states.committed.room(room)?.context ?? {};
		const own = people.of(person);
		const level = levelOf(own, room);
		const isMeant = namesHeld(names, person).some((key) =>
			meant.has(foldName(names.get(key)?.name ?? "")),
		);
		const isWanted =
			level === "all" || isMeant || (access === "direct" && !level);
		return (
			isWanted &&
			level !== "nothing" &&
			mayEnter(states.committed, room, person) &&
			!blocks?.get(person)?.includes(writer) &&
			!isQuiet(own.quiet, clock.now()) &&
			!this.#isLooking(person, room)
		);
	}

	/** Whether a tab of a person shows the room, and is not away. */
	#isLooking(person: Identity, room: RoomName): boolean {
		const { server, states } = this.#parts;
		const { names } = states.committed.server.context;
		const away = new Set(server.find(room)?.presence.hidden);
		const members = states.committed.room(room)?.context.members ?? [];
		for (const [client, member] of members)
			if (member.deadline === undefined && !away.has(client))
				if (personUnder(names, member) === person) return true;
		return false;
	}

	#note(person: Identity, said?: Said): void {
		const { people, clock } = this.#parts;
		for (const device of people.of(person).devices) {
			const note = { person, device, tries: 0, due: clock.now() };
			this.#waiting.add({ ...note, ...(said && { said }) });
		}
		for (const note of this.#waiting)
			if (this.#waiting.size > MOST_NOTES) this.#waiting.delete(note);
		this.#run();
	}

	#run(): void {
		const now = this.#parts.clock.now();
		for (const note of this.#waiting) {
			if (this.#underway.size >= MOST_AT_ONCE) return;
			if (note.due > now || this.#underway.has(note)) continue;
			this.#underway.add(note);
			void this.#send(note).finally(() => {
				this.#underway.delete(note);
				this.#run();
			});
		}
	}

	async #send(note: Note): Promise<void> {
		const { push, clock, report, ownState } = this.#parts;
		const text = await this.#textOf(note);
		// It may be erased by now.
		if (!push || text === undefined || !this.#waiting.has(note)) {
			this.#waiting.delete(note);
			return;
		}
		const { person, device } = note;
		const outcome = await push.send(device, text);
		if (typeof outcome === "object" && ++note.tries < MOST_TRIES) {
			note.due = clock.now() + outcome.retryMs;
			clock.after(outcome.retryMs, () => this.#run());
			return;
		}
		this.#waiting.delete(note);
		const { endpoint } = device;
		if (outcome === "gone")
			ownState.change(person, { kind: "unsubscribe", endpoint });
		else if (outcome !== "sent")
			report.warn({ service: new URL(endpoint).host }, "a note was not taken");
	}

	/** What the browser is told; undefined if that is not for it any more. */
	async #textOf({ person, device, said }: Note): Promise<string | undefined> {
		const { states, clock, ownRooms } = this.#parts;
		const { sessions } = states.committed.server.context;
		const { expires = 0 } = sessions.get(device.session) ?? {};
		if (expires < clock.now()) return undefined;
		if (!said)
			return JSON.stringify({
				room: "",
				title: "",
				name: "Plume",
				text: TRIAL,
			});
		const { room, name } = said;
		const title = isPublic(room) ? room : await ownRooms.titleOf(room);
		if (!mayEnter(states.committed, room, person)) return undefined;
		const text = [...said.text.slice(0, 2 * NOTE_POINTS)].slice(0, NOTE_POINTS);
		return JSON.stringify({ room, title, name, text: text.join("") });
	}
}
