/** A browser tab over a real socket: it numbers what it says, and when the connection goes it comes back for what it missed. */

import { expect } from "vitest";
import { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import type { Received } from "../test-server.ts";
import type { Plume } from "./program.ts";

const RETRY_MS = 50;

export class Tab {
	/** Every item it was ever shown, in the order it was. */
	readonly items: Received[] = [];
	readonly said: string[] = [];
	gaps = 0;
	refusedSessions = 0;
	resumes = 0;
	/** Why it could not connect, each time. */
	readonly failures: string[] = [];
	/** The longest time between the end of a connection and the next welcome. */
	slowestMs = 0;
	#lostAt = 0;
	#port: number;
	#raw: RawClient | undefined;
	#token = "";
	#welcome: Received | undefined;
	#taken = 0;
	#closed = false;

	private constructor(port: number) {
		this.#port = port;
	}

	/** `codes` answers the code that was sent to a name, or its email. */
	static async enter(
		plume: Plume,
		name: string,
		codes: (name: string, email: string) => Promise<string> = () =>
			plume.codeFor(name),
	): Promise<Tab> {
		const tab = new Tab(plume.port);
		const email = `${name}@example.org`;
		await tab.#connect();
		const code = codes(name, email);
		tab.#send({ type: types.hello, text: `${name}\n${email}` });
		tab.#send({ type: types.auth, text: await code });
		while (!tab.#welcome) await pause();
		return tab;
	}

	get taken(): number {
		return this.#taken;
	}

	get client(): unknown {
		return this.#welcome?.client;
	}

	say(text: string): void {
		this.said.push(text);
		this.#send({ type: types.text, text, room: "lobby", n: this.said.length });
	}

	leave(): void {
		this.#closed = true;
		this.#raw?.drop();
	}

	#send(message: object): void {
		this.#raw?.send(message);
	}

	async #connect(): Promise<void> {
		const raw = await RawClient.connect({
			port: this.#port,
			protocol: "plume.2",
			onText: (text) => this.#hear(JSON.parse(text)),
		});
		this.#raw = raw;
		void raw.closed.then(() => this.#comeBack());
	}

	async #comeBack(): Promise<void> {
		this.#raw = undefined;
		this.#lostAt = performance.now();
		while (!this.#closed) {
			const connected = await this.#connect().then(
				() => true,
				(error: Error) => {
					this.failures.push(error.message);
					return false;
				},
			);
			if (connected) break;
			await pause();
		}
		const seen = this.items.at(-1);
		const { epoch, offset } = { epoch: seen?.epoch, offset: seen?.offset };
		const position = { epoch, offset, client: this.client };
		this.#send({
			type: types.open,
			session: this.#token,
			room: "lobby",
			...position,
		});
	}

	#resumed(): void {
		this.resumes++;
		const tookMs = performance.now() - this.#lostAt;
		this.slowestMs = Math.max(this.slowestMs, tookMs);
	}

	#hear(frame: Received): void {
		switch (frame.type) {
			case 1:
			case 12:
				if (frame.offset !== undefined) this.items.push(frame);
				break;
			case 7:
				if (this.#welcome) this.#resumed();
				this.#welcome = frame;
				this.#taken = Number(frame.last);
				for (let n = this.#taken + 1; n <= this.said.length; n++)
					this.#send({
						type: types.text,
						text: this.said[n - 1],
						room: "lobby",
						n,
					});
				break;
			case 8:
				this.#token = String(frame.token);
				break;
			case 10:
				this.#taken = Number(frame.last);
				break;
			case 11:
				if (frame.re === 6) this.refusedSessions++;
				break;
			case 13:
				this.gaps++;
		}
	}
}

/** Expects that all were shown one story, without a hole in it, and their own lines as they said them. */
export function expectOneStory(tabs: readonly Tab[]): void {
	const everything = tabs[0]?.items ?? [];
	const order = new Map(everything.map(({ offset, text }) => [offset, text]));
	for (const tab of tabs) {
		expect(tab).toMatchObject({ gaps: 0, refusedSessions: 0 });
		for (const { offset, text } of tab.items)
			expect(order.get(offset) ?? text).toBe(text);
		const offsets = tab.items.map(({ offset }) => Number(offset));
		const first = offsets[0] ?? 0;
		expect(offsets).toEqual(offsets.map((_, index) => first + index));
		const mine = everything
			.filter(
				({ type, client }) => type === types.text && client === tab.client,
			)
			.map(({ text }) => text);
		expect(mine).toEqual(tab.said.slice(tab.said.length - mine.length));
	}
}

function pause(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
