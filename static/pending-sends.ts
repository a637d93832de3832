/**
 * The messages below the timeline that the room has not shown yet, and the
 * buttons for those it refused. Each room has its own outbox.
 */

import { find, say, show } from "./element.ts";
import { messageElement } from "./message-element.ts";
import { Outbox, type PendingLine } from "./outbox.ts";
import type { Page } from "./page.ts";
import * as storage from "./storage.ts";
import { t, timeSpan } from "./words.ts";

/** No timer waits longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Why a line was refused, and for how long, as far as that is still true. */
function reasonOf({ why, until }: PendingLine): string {
	if (until === undefined) return why;
	const time = timeSpan(until - Date.now());
	return until > Date.now() ? `${why} ${t("outbox.again", { time })}` : "";
}

export type PendingSends = ReturnType<typeof pendingSends>;

export function pendingSends(page: Page) {
	const list = find("#outbox");
	const failed = find("#failed");
	const outboxes = new Map<string, Outbox>();
	/** Until what is said of a line is not true any more. */
	let timer: ReturnType<typeof setTimeout> | undefined;

	function outbox(room = page.room): Outbox {
		const known = outboxes.get(room);
		if (known) return known;
		const lines = storage.storedLines(room);
		const client = storage.storedClient(room);
		const made = new Outbox(lines, client, {
			save: (lines) => {
				storage.saveLines(room, lines);
				if (room === page.room) draw(lines);
			},
			send: ({ text, n, replyTo }) =>
				page.send({ kind: "text", text, room, n, replyTo }),
			// Another person may be here by then.
			wait: (ms, then) =>
				setTimeout(() => outboxes.get(room) === made && then(), ms),
		});
		outboxes.set(room, made);
		return made;
	}

	function draw(lines: readonly PendingLine[]): void {
		const [name, time] = [page.name, Date.now()];
		const elements = lines.map(({ text, why, epoch, ...rest }, at) => {
			// In another epoch another message may stand there.
			const replyTo = epoch === page.epoch ? rest.replyTo : undefined;
			const line = { kind: "said", name, text, time, replyTo } as const;
			const element = messageElement(line, at > 0, page);
			element.classList.toggle("failed", why !== "");
			return element;
		});
		list.replaceChildren(...elements);
		const refused = lines.filter(({ why }) => why !== "");
		const why = refused.map(reasonOf).find(Boolean) ?? "";
		const count = refused.length;
		show(failed, count > 0);
		say("#failed-words", count ? t("outbox.failed", { count, why }) : "");
		clearTimeout(timer);
		const waits = refused.map(({ until = 0 }) => until - Date.now());
		const left = Math.min(...waits.filter((ms) => ms > 0));
		if (left < LONGEST_MS) timer = setTimeout(() => draw(outbox().lines), left);
	}

	find("#failed-retry").onclick = () => outbox().retry();
	find("#failed-drop").onclick = () => outbox().drop();
	return {
		outbox,
		enter: () => draw(outbox().lines),
		/** Nothing goes out by itself to rooms that the person is not in any more. */
		hold(isOut: (room: string) => boolean): void {
			for (const room of storage.roomsWithLines().filter(isOut))
				outbox(room).hold();
		},
		/** Another person is here now. */
		clear(): void {
			storage.dropPendingSends();
			outboxes.clear();
			draw([]);
		},
	};
}
