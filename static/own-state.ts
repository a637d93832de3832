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
import type { AboutOwn, AnswerAboutOwn } from "./frames.ts";
import { joinedRooms, saveRead } from "./joined-rooms.ts";
import { load } from "./lazy.ts";
import type { Page } from "./page.ts";
import { mayNotify } from "./room-level.ts";
import { mentions } from "./text.ts";

/** What was read is sent at most so often. */
const SEND_MS = 4_000;

export class OwnState {
	readonly #page: Page;
	#own: Own = NOTHING_OWN;
	/** How far the reader has come in each room, while the server does not know it. */
	readonly #unsent = new Map<string, ReadMark>();
	#isRenewed = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** By which push services know the server; empty if it sends no notes. */
	pushKey = "";
	/** Called when the connection is lost. */
	onDisconnect = (): void => {};
	/** Called with the answer to a question. */
	onAnswer = (_: AnswerAboutOwn): void => {};
	/** Called when anything is another than before. */
	readonly onChange: (() => void)[] = [];

	constructor(page: Page) {
		this.#page = page;
		addEventListener("pagehide", () => this.flush());
	}

	get quiet(): Own["quiet"] {
		return this.#own.quiet;
	}

	level(room: string) {
		return levelOf(this.#own, room);
	}

	/** Whether a message in a room counts as something new. */
	counts({ room, text, replyTo = 0 }: Said): boolean {
		const level = this.level(room) ?? "all";
		if (level !== "mentions") return level === "all";
		const { name } = this.#page;
		const answered = this.#page.lineAt(replyTo);
		const isReply = answered?.kind === "said" && answered.name === name;
		return isReply || mentions(text, name);
	}

	/** The reader has seen the end of a room. */
	seen(mark: ReadMark): void {
		const known = this.#own.reads.find(({ room }) => room === mark.room);
		if (known?.epoch === mark.epoch && known.offset >= mark.offset) return;
		this.#unsent.set(mark.room, mark);
		this.#timer ??= setTimeout(() => this.flush(), SEND_MS);
	}

	/** Sends what was read now. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (!this.#page.isOpen) return;
		const unsent = [...this.#unsent.values()];
		this.#unsent.clear();
		for (const mark of unsent) this.change({ kind: "read", ...mark });
	}

	/** Changes something here, and everywhere else. */
	change(change: Exclude<OwnChange, { kind: "subscribe" | "unsubscribe" }>) {
		if (change.kind === "read" && change.unread)
			this.#unsent.delete(change.room);
		this.#page.send(change);
		this.#own = changedOwn(this.#own, change);
		for (const render of this.onChange) render();
	}

	receive(frame: AboutOwn): void {
		if (frame.kind === "ownDone" || frame.kind === "ownRefused") {
			this.onAnswer(frame);
			return;
		}
		if (frame.kind === "own") {
			const { reads, levels, from = 0, to = 0, zone, pushKey = "" } = frame;
			this.pushKey = pushKey;
			if (pushKey && mayNotify() && !this.#isRenewed) {
				this.#isRenewed = true;
				void load("own-dialogs", false).then((part) =>
					part?.renewPush(this.#page),
				);
			}
			const quiet = zone === undefined ? undefined : { from, to, zone };
			this.#own = { reads, levels, quiet, devices: [] };
		} else this.#own = changedOwn(this.#own, frame);
		if (frame.kind === "read" && frame.unread) this.#unsent.delete(frame.room);
		this.adopt();
		for (const render of this.onChange) render();
	}

	/** Stores how far the joined rooms were read, as far as the server knows. What it has not been sent yet stays. */
	adopt(): void {
		const joined = new Map(joinedRooms().map((room) => [room.name, room]));
		for (const { room: name, ...mark } of this.#own.reads) {
			const { epoch, offset } = joined.get(name) ?? mark;
			if (this.#unsent.get(name)?.epoch === mark.epoch) continue;
			if (epoch !== mark.epoch || offset !== mark.offset)
				saveRead({ name, ...mark });
		}
	}

	/** Another person is going to log in. */
	clear(): void {
		this.#own = NOTHING_OWN;
		this.#isRenewed = false;
		this.#unsent.clear();
		for (const render of this.onChange) render();
	}
}
