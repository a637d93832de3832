/** Four people talk on several nodes, whatever becomes of these: each comes back to one that is there. */
import { expect } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import type { Random } from "../fakes/disk.ts";
import type { Person, TestServer } from "../test-server.ts";
import { Member } from "./member.ts";

const NAMES = ["ann", "ben", "cem", "dot"];
const STEP_MS = 100;

interface StoryNode {
	readonly server: TestServer;
}

interface StoryParts<Node> {
	readonly random: Random;
	/** Those that are there. */
	readonly nodes: () => readonly Node[];
	readonly enter: (node: Node, name: string) => Promise<Person>;
	readonly advance: (ms: number) => Promise<void>;
	/** All that is on any disk. */
	readonly stored: () => Promise<string>;
}

export class Story<Node extends StoryNode> {
	readonly #parts: StoryParts<Node>;
	readonly #members: Member[] = [];
	/** The last one is not for all. */
	readonly #rooms = ["lobby", "boats"];

	private constructor(parts: StoryParts<Node>) {
		this.#parts = parts;
	}

	static async begin<Node extends StoryNode>(
		parts: StoryParts<Node>,
	): Promise<Story<Node>> {
		const story = new Story(parts);
		for (const name of NAMES) {
			const person = await parts.enter(story.anyNode(), name);
			story.#members.push(new Member(name, person));
		}
		await story.#talkDirectly();
		return story;
	}

	/** The first asks for the room of all four, until some node can answer. */
	async #talkDirectly(): Promise<void> {
		const [first] = this.#members;
		for (let asked = 0; asked < 20; asked++) {
			first?.talkTo(NAMES.slice(1));
			await this.live(1000);
			const key = first?.key;
			if (key === undefined) continue;
			this.#rooms.push(key);
			return;
		}
		throw new Error("there is no room for the four");
	}

	anyNode(): Node {
		const nodes = this.#parts.nodes();
		const node = nodes[this.#parts.random(nodes.length)];
		if (!node) throw new Error("no node is left");
		return node;
	}

	hangUp(): void {
		this.#members[this.#parts.random(NAMES.length)]?.hangUp();
	}

	/** Time passes, and who has lost the connection comes back. */
	async live(ms: number): Promise<void> {
		for (let at = 0; at < ms; at += STEP_MS) {
			for (const member of this.#members) member.live(() => this.anyNode());
			await this.#parts.advance(STEP_MS);
		}
	}

	async talk(): Promise<void> {
		const { random } = this.#parts;
		for (const member of this.#members) if (random(3) > 0) member.say();
		if (random(3) === 0) this.#members[random(NAMES.length)]?.erase(random);
		if (random(3) === 0) this.#members[random(NAMES.length)]?.edit(random);
		if (random(4) === 0)
			this.#members[random(NAMES.length)]?.goTo(this.#rooms[random(3)] ?? "");
		await this.live(300);
	}

	/** Everyone goes to each room, until every line is taken, for a minute at most; and again, since a node may have been late with an edit. */
	async end(): Promise<void> {
		for (const room of [...this.#rooms, ...this.#rooms]) {
			await this.#settled(room);
			await this.live(5000);
		}
	}

	async #settled(room: string): Promise<void> {
		for (let ms = 0; ms < 60_000; ms += STEP_MS) {
			for (const member of this.#members) member.goTo(room);
			await this.live(STEP_MS);
			if (this.#members.every((one) => one.isDone && one.isIn(room))) return;
		}
	}

	/** Everyone saw every line of each room once, in one order; what was erased is nowhere. */
	async expectOneOrder(): Promise<void> {
		const stored = await this.#parts.stored();
		for (const { name, isDone, faults, rooms } of this.#members) {
			expect([name, isDone, faults]).toEqual([name, true, []]);
			for (const { erased, replaced } of rooms.values())
				for (const text of [...erased.values(), ...replaced])
					if (text) expect(stored.includes(`"${text}"`)).toBe(false);
		}
		for (const room of this.#rooms) this.#expectOrderIn(room);
	}

	#expectOrderIn(room: string): void {
		const all = this.#members.map((member) => member.room(room));
		const [first] = all;
		// A newcomer is shown no edits, only what became of the lines.
		const edits = new Set(
			all.flatMap(({ seen }) =>
				[...seen].flatMap(([at, { kind }]) => (kind === "edited" ? at : [])),
			),
		);
		const order = [...(first?.seen ?? [])]
			.filter(([at]) => !edits.has(at))
			.sort(([a], [b]) => a - b);
		// What was said before someone came first may lie too far back for them.
		const begin = Math.max(...all.map(({ seen }) => Math.min(...seen.keys())));
		const later = order.filter(([at]) => at >= begin);
		for (const [nth, { seen, erased, edited, lines }] of all.entries()) {
			const seenLater = [...seen].filter(
				([at]) => at >= begin && !edits.has(at),
			);
			expect(seenLater.sort(([a], [b]) => a - b)).toEqual(later);
			const lowest = Math.min(...seen.keys());
			const missing = [...edits].filter((at) => at >= lowest);
			const offsets = [...new Set([...seen.keys(), ...missing])];
			offsets.sort((a, b) => a - b);
			expect(offsets).toEqual(offsets.map((_, at) => lowest + at));
			const own = [...seen]
				.sort(([a], [b]) => a - b)
				.filter(
					([, { user, type }]) =>
						type === types.text && user?.name === NAMES[nth],
				);
			expect(own.map(([at, { text }]) => [at, text])).toEqual(
				lines.map((text, index) => {
					const at = own[index]?.[0] ?? 0;
					return [at, erased.has(at) ? "" : (edited.get(at) ?? text)];
				}),
			);
		}
	}
}
