/**
 * What is the reader's own on all their devices: how far they have read each
 * room, what they want to hear of it, and when nobody is to disturb them. The
 * server's word wins over what this browser has stored.
 */

import type { Said } from "../machines/message.ts";
import {
	changedOwn,
	levelOf,
	NOTHING_OWN,
	type Own,
	type OwnChange,
	type ReadMark,
} from "../machines/own.ts";
import { showBriefly } from "./brief-notice.ts";
import type { AboutOwn, Answer } from "./frames.ts";
import { joinedRooms, type ReadRoom, saveRead } from "./joined-rooms.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { mayNotify } from "./room-level.ts";

/** What was read is sent so often, and what was not answered is sent again. */
const SEND_MS = 4_000;
/** No more than the server takes in that time. */
const MOST_AT_ONCE = 8;

type Choice = Exclude<OwnChange, { kind: "subscribe" | "unsubscribe" }>;

interface Unsent {
	readonly id: string;
	readonly change: Choice;
	/** It replaces a mark as unread that the server may still echo. */
	readonly isReadSince: boolean;
}

const keyOf = (kind: Choice["kind"], room = "") => kind + room;

export class OwnState {
	readonly #page: Page;
	/** As the server has said. */
	#known: Own = NOTHING_OWN;
	/** What the server has not answered yet, by what it changes. */
	readonly #unsent = new Map<string, Unsent>();
	#changes = 0;
	#isRenewed = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** By which push services know the server; empty if it sends no notes. */
	pushKey = "";
	/** Called when anything is another than before. */
	readonly onChange: (() => void)[] = [];

	constructor(page: Page) {
		this.#page = page;
		addEventListener("pagehide", () => this.flush());
	}

	/** As the reader wants it. */
	get #own(): Own {
		return [...this.#unsent.values()].reduce(
			(own, { change }) => changedOwn(own, change),
			this.#known,
		);
	}

	get quiet(): Own["quiet"] {
		return this.#own.quiet;
	}

	level(room: string) {
		return levelOf(this.#own, room);
	}

	/** Whether a message in a room counts as something new. */
	counts(said: Said): boolean {
		const level = this.level(said.room) ?? "all";
		return level === "mentions" ? this.isMeant(said) : level === "all";
	}

	/** Whether a message mentions the reader, or answers what they said. */
	isMeant({ text, replyTo = 0 }: Said): boolean {
		const page = this.#page;
		const answered = page.lineAt(replyTo);
		const isReply = answered?.kind === "said" && page.isOwn(answered.name);
		return isReply || page.isMentioned(text);
	}

	/** The reader has seen the end of a room. */
	seen(mark: ReadMark): void {
		const known = this.#own.reads.find(({ room }) => room === mark.room);
		if (known?.epoch === mark.epoch && known.offset >= mark.offset) return;
		this.#add({ kind: "read", ...mark });
	}

	#add(change: Choice) {
		const key = keyOf(change.kind, "room" in change ? change.room : "");
		const id = `s${this.#changes++}`;
		const { change: last, isReadSince = false } = this.#unsent.get(key) ?? {};
		const isMarked = last?.kind === "read" && last.unread === true;
		this.#unsent.set(key, { id, change, isReadSince: isMarked || isReadSince });
		this.#timer ??= setTimeout(() => this.flush(), SEND_MS);
		return { ...change, id };
	}

	/** Sends what was not answered. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (!this.#page.isOpen || this.#unsent.size === 0) return;
		const some = [...this.#unsent.values()].slice(0, MOST_AT_ONCE);
		for (const { id, change } of some) this.#page.send({ ...change, id });
		this.#timer = setTimeout(() => this.flush(), SEND_MS);
	}

	/** Changes something here, and everywhere else. */
	change(change: Choice): void {
		this.#page.send(this.#add(change));
		this.#render();
	}

	#render(): void {
		for (const render of this.onChange) render();
	}

	/** Takes the answer to a change. What was refused only for now is sent again. */
	settle(answer: Answer): void {
		if (answer.kind === "notDone" && answer.retryAfter) return;
		for (const [key, { id, change }] of this.#unsent) {
			if (id !== answer.id) continue;
			this.#unsent.delete(key);
			if (answer.kind !== "notDone")
				this.#known = changedOwn(this.#known, change);
			else if (change.kind !== "read") showBriefly(answer.words);
			this.#render();
		}
	}

	receive(frame: AboutOwn): void {
		if (frame.kind === "own") {
			const { reads, levels, from = 0, to = 0, zone, pushKey = "" } = frame;
			this.pushKey = pushKey;
			if (pushKey && mayNotify() && !this.#isRenewed) {
				this.#isRenewed = true;
				void later(false).then((part) => part?.renewPush(this.#page));
			}
			const quiet = zone === undefined ? undefined : { from, to, zone };
			this.#known = { reads, levels, quiet, devices: [] };
		} else this.#known = changedOwn(this.#known, frame);
		if (frame.kind === "read" && frame.unread && !this.isReadSince(frame.room))
			this.#unsent.delete(keyOf("read", frame.room));
		this.adopt();
		this.#render();
	}

	/** Whether the reader has read on in a room since they marked it as unread here, which the server may still tell back. */
	isReadSince(room: string): boolean {
		return this.#unsent.get(keyOf("read", room))?.isReadSince === true;
	}

	/** Stores how far a room was read here. Another tab may have read on since. */
	store(read: ReadRoom): void {
		saveRead(read);
		this.adopt();
	}

	/** Stores how far the joined rooms were read, as far as the server knows. What it has not answered yet stays. */
	adopt(): void {
		const joined = new Map(joinedRooms().map((room) => [room.name, room]));
		for (const { room: name, ...mark } of this.#known.reads) {
			const { epoch, offset } = joined.get(name) ?? mark;
			const unsent = this.#unsent.get(keyOf("read", name))?.change;
			if (unsent?.kind === "read" && unsent.epoch === mark.epoch) continue;
			if (epoch !== mark.epoch || offset !== mark.offset)
				saveRead({ name, ...mark });
		}
	}

	/** Another person is going to log in. */
	clear(): void {
		this.#known = NOTHING_OWN;
		this.#isRenewed = false;
		this.#unsent.clear();
		this.#render();
	}
}
