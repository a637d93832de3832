/**
 * What the room has not taken yet, below the timeline; what it refused waits
 * there to be sent again, edited or dropped. Each room has an outbox of its
 * own, so that what waits in one is not said in another.
 */

import type { ClientFrame } from "../machines/protocol.ts";
import { find, say } from "./element.ts";
import { type Line, Outbox } from "./outbox.ts";
import { message } from "./row.ts";
import * as storage from "./storage.ts";

interface World {
	/** The writer's name. */
	name(): string;
	send(asked: ClientFrame): void;
	edit(texts: readonly string[]): void;
}

export function makePendingSends(world: World) {
	const waiting = find("#outbox", HTMLElement);
	const failed = find("#failed", HTMLElement);
	const outboxes = new Map<string, Outbox>();
	let here = "";

	function outbox(room = here): Outbox {
		const known = outboxes.get(room);
		if (known) return known;
		const made = new Outbox(
			storage.storedLines(room),
			storage.storedClient(room),
			{
				keep(lines) {
					storage.keepLines(room, lines);
					if (room === here) show(lines);
				},
				post: (text, n) => world.send({ kind: "text", text, room, n }),
				wait: (ms, then) => setTimeout(then, ms),
			},
		);
		outboxes.set(room, made);
		return made;
	}

	function show(lines: readonly Line[]) {
		const [name, time] = [world.name(), Date.now()];
		waiting.replaceChildren(
			...lines.map(({ text, why }, at) => {
				const said = { kind: "said", name, text, offset: 0, time } as const;
				const row = message(said, at > 0, name);
				row.classList.toggle("failed", why !== "");
				return row;
			}),
		);
		const whys = lines.flatMap(({ why }) => why || []);
		const many = whys.length === 1 ? "1 line was" : `${whys.length} lines were`;
		failed.hidden = whys.length === 0;
		say("#failed-words", whys[0] ? `${many} not sent. ${whys[0]}` : "");
	}

	find("#failed-retry", HTMLButtonElement).onclick = () => outbox().retry();
	find("#failed-drop", HTMLButtonElement).onclick = () => outbox().drop();
	find("#failed-edit", HTMLButtonElement).onclick = () =>
		world.edit(outbox().drop());

	return {
		outbox,
		enter(room: string) {
			here = room;
			show(outbox().lines);
		},
		hold: () => outboxes.get(here)?.hold(),
		/** Someone else is here now. */
		clear() {
			storage.dropPendingSends();
			outboxes.clear();
			show([]);
		},
	};
}
