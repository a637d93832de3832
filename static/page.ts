/** What the parts of the page share: the machine, the connection, and the room on the screen. */

import type { ActorRefFrom } from "xstate";
import { isPublic, type Said } from "../machines/message.ts";
import type { PageSnapshot, pageMachine } from "../machines/page.ts";
import type { PageEvent } from "../machines/page-events.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import type { Change } from "../machines/relations.ts";
import { foldName, mentioned } from "../machines/text.ts";
import { focusField } from "./element.ts";
import type { Line } from "./frames.ts";
import { type OwnRoom, titleOf } from "./own-rooms.ts";
import { OwnState } from "./own-state.ts";
import { Quotes } from "./quotes.ts";
import { Requests, UNANSWERED, wordsOf } from "./requests.ts";
import type { Socket } from "./socket.ts";
import { claimClient, keepSent } from "./storage.ts";
import { t } from "./words.ts";

interface Parts {
	/** A function, because the actor is made last: its actions need the other parts. */
	actor(): ActorRefFrom<typeof pageMachine>;
	readonly socket: Socket;
}

/** In which room the bot was told something, and what was typed for that; empty if it was only chosen in a menu. */
interface Asked {
	readonly room: string;
	readonly text: string;
	/** It need not come back once the page is loaded anew. */
	forget(): void;
}

export class Page {
	/** The room on the screen. */
	room = "";
	/** The room that was opened last: that on the screen, or the one before it. */
	opened = "";
	/** What the reader may do to others in the room. */
	role: "admin" | "maker" | "member" = "member";
	/** Which of several servers carries this connection; empty if there is one. */
	node = "";
	/** One's own rooms that are not for all, and those that one is invited to. */
	ownRooms: readonly OwnRoom[] = [];
	/** The epoch of the room on the screen as this person saw it last; empty until it is known. */
	epoch = "";
	/** What the replies on the screen answer. */
	readonly quotes = new Quotes(this);
	readonly requests = new Requests(this);
	readonly own = new OwnState(this);
	/** The line at an offset, if it is on the screen. */
	lineAt: (offset: number) => Line | undefined = () => undefined;
	/** Whether all that was missed in the room is on the screen. */
	isLive = (): boolean => false;
	/** Whether a page of history was asked for, and is not there yet. */
	isPaging = (): boolean => false;
	/** Begins a reply. */
	reply: (message: Said) => void = () => {};
	/** Shows the message at an offset of the room, which was said at this time, if that is known. */
	show: (offset: number, time?: number) => void = () => {};
	/** Has all from a message on as unread. */
	markUnread: (message: Said) => void = () => {};
	/** Begins to edit a message of the reader's own. */
	edit: (message: Said) => void = () => {};
	/** The reader's last message on the screen that was not deleted. */
	lastOwn = (): Said | undefined => undefined;
	/** Called when something is said of a message of the room; for a dialog that lists messages. */
	changed: (change: Change) => void = () => {};
	/** Nobody may say anything in the room. */
	isClosed = false;
	/** What the bot was told on this connection and has not answered, by the id of its frame. */
	readonly asked = new Map<string, Asked>();
	/** The reader's other names, folded: they had one before, or have several. */
	#names: readonly string[] = [];
	/** The names of people whom the reader has blocked, folded. */
	#blocked: ReadonlySet<string> = new Set();
	readonly #parts: Parts;
	/** The last room that was asked for, while others may still be loading. */
	#destination = "";
	/** How many commands there were for the bot. */
	#commands = 0;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	get snapshot(): PageSnapshot {
		return this.#parts.actor().getSnapshot();
	}

	/** The reader's name. */
	get name(): string {
		return this.snapshot.context.name;
	}

	/** The room is open: frames about it may be sent, and are understood. */
	get isOpen(): boolean {
		return this.snapshot.matches("chatting");
	}

	/** The room is open, but for now the server takes nothing that is said. */
	get isStuck(): boolean {
		return this.isOpen && this.snapshot.context.trouble?.about === "server";
	}

	/** These are the names of all people whom the reader has blocked. Returns false if there were none and are none. */
	block(names: readonly string[]): boolean {
		const { size } = this.#blocked;
		this.#blocked = new Set(names.map(foldName));
		return size + names.length > 0;
	}

	/** Takes the reader's other names. */
	isAlso(names: readonly string[] = []): void {
		this.#names = names.map(foldName);
	}

	/** Whether a name is, or was, the reader's. */
	isOwn(name: string): boolean {
		const folded = foldName(name);
		return foldName(this.name) === folded || this.#names.includes(folded);
	}

	/** Whether a text mentions the reader, by any of their names. */
	isMentioned(text: string): boolean {
		return mentioned(text).some((name) => this.isOwn(name));
	}

	isBlocked(name: string): boolean {
		return this.#blocked.has(foldName(name));
	}

	/** The room on the screen, if it is one's own and not for all. */
	get ownRoom(): OwnRoom | undefined {
		return this.ownRooms.find(
			({ room, invitation }) => room === this.room && !invitation,
		);
	}

	/** What a room is called. */
	titleOf(room: string): string {
		if (isPublic(room)) return room;
		const own = this.ownRooms.find((one) => one.room === room);
		return own ? titleOf(own) : t("room.private");
	}

	dispatch(event: PageEvent): void {
		this.#parts.actor().send(event);
	}

	/** Sends a frame if the room is open, and drops it otherwise. */
	send(frame: ClientFrame): void {
		if (this.isOpen) this.#parts.socket.send(frame);
	}

	/** Asks the server something, and goes to the room that this leads to, if that is still wanted by then. Resolves with what is wrong, or with nothing. */
	async ask(question: ClientFrame, isWanted = () => true): Promise<string> {
		const answer = await this.requests.ask(question, UNANSWERED);
		if (answer.kind === "roomReady" && isWanted()) void this.go(answer.room);
		return wordsOf(answer);
	}

	/** Sends a command to the bot, which is posted to nobody; false without a connection. */
	tellBot(text: string, typed = ""): boolean {
		const { isOpen, room } = this;
		const id = `b${this.#commands++}`;
		if (isOpen)
			this.asked.set(id, { room, text: typed, forget: keepSent(room, typed) });
		this.send({ kind: "text", text, room, id });
		return isOpen;
	}

	/** The bot has said something, which answers what it was told first. Returns false if it was told nothing. */
	answered(): boolean {
		const [id = ""] = this.asked.keys();
		return this.take(id) !== undefined;
	}

	/** What the bot was told in this frame, if there is no answer yet, is on its way no more. */
	take(id: string): Asked | undefined {
		const one = this.asked.get(id);
		this.asked.delete(id);
		one?.forget();
		return one;
	}

	/** Calls `render` at each change of the machine's state. */
	subscribe(render: () => void) {
		return this.#parts.actor().subscribe(render);
	}

	/** Asks the machine for another room. */
	async go(room: string): Promise<void> {
		this.#destination = room;
		if (room !== this.room) {
			await claimClient(room);
			if (this.#destination !== room) return;
			this.dispatch({ type: "go", update: { room } });
		}
		focusField();
	}
}
