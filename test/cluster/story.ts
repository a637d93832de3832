/** Four people talk on several nodes, whatever becomes of these: each comes back to one that is there. */
import { expect } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import type { Random } from "../fakes/disk.ts";
import type { Person, TestServer } from "../test-server.ts";
import { Member } from "./member.ts";

const NAMES = ["ann", "ben", "cem", "dot"];
const STEP_MS = 100;
/** They entered at offsets up to this, before all of them were there. */
const ENTERED = 3 * NAMES.length;

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
		return story;
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
		await this.live(300);
	}

	/** Until every line is acknowledged, for a minute at most, and a while longer. */
	async end(): Promise<void> {
		const isDone = () => this.#members.every((member) => member.isDone);
		for (let ms = 0; ms < 60_000 && !isDone(); ms += STEP_MS)
			await this.live(STEP_MS);
		await this.live(5000);
	}

	/** Everyone saw every line once, in one order; what was erased is nowhere. */
	async expectOneOrder(): Promise<void> {
		const [first] = this.#members;
		const order = [...(first?.seen ?? [])].sort(([a], [b]) => a - b);
		const later = order.filter(([at]) => at > ENTERED);
		for (const { name, isDone, faults, lines, seen, erased } of this.#members) {
			expect([name, isDone, faults]).toEqual([name, true, []]);
			const own = order.filter(
				([, { user, type }]) => type === types.text && user?.name === name,
			);
			expect(own.map(([at, { text }]) => [at, text])).toEqual(
				lines.map((text, nth) => {
					const at = own[nth]?.[0] ?? 0;
					return [at, erased.has(at) ? "" : text];
				}),
			);
			const all = [...seen].sort(([a], [b]) => a - b);
			expect(all.filter(([at]) => at > ENTERED)).toEqual(later);
		}
		const stored = await this.#parts.stored();
		for (const { erased } of this.#members)
			for (const text of erased.values())
				if (text) expect(stored.includes(`"${text}"`)).toBe(false);
	}
}
