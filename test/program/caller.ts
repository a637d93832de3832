/** A classic client over a real socket, who remembers what it was sent. */

import { RawClient, type RawClientOptions } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import type { Received } from "../test-server.ts";
import type { Plume } from "./program.ts";

export class Caller {
	readonly received: Received[] = [];
	readonly raw: RawClient;
	readonly #recoverState: (() => void)[];

	private constructor(
		raw: RawClient,
		received: Received[],
		recoverState: (() => void)[],
	) {
		this.raw = raw;
		this.received = received;
		this.#recoverState = recoverState;
	}

	static async call(
		port: number,
		options: Partial<RawClientOptions> = {},
	): Promise<Caller> {
		const received: Received[] = [];
		const recoverState: (() => void)[] = [];
		const raw = await RawClient.connect({
			...options,
			port,
			onText: (text) => {
				received.push(JSON.parse(text));
				for (const resolve of recoverState.splice(0)) resolve();
			},
		});
		return new Caller(raw, received, recoverState);
	}

	/** Connects, and logs in with the code that the server prints. */
	static async enter(
		plume: Plume,
		name: string,
		options: Partial<RawClientOptions> = {},
	): Promise<Caller> {
		const caller = await Caller.call(plume.port, options);
		caller.raw.send({
			type: types.hello,
			text: `${name}\n${name}@example.org`,
		});
		caller.raw.send({ type: types.auth, text: await plume.codeFor(name) });
		await caller.until(({ text }) => text === "entered chat");
		return caller;
	}

	say(text: string): void {
		this.raw.send({ type: types.text, text });
	}

	/** Waits for a frame, among those that came already too, and answers it. */
	async until(wanted: (frame: Received) => boolean): Promise<Received> {
		for (;;) {
			const found = this.received.find(wanted);
			if (found) return found;
			await new Promise<void>((resolve) => {
				this.#recoverState.push(resolve);
			});
		}
	}

	/** The next `count` frames, taken out of what was received. */
	async next(count: number): Promise<Received[]> {
		while (this.received.length < count)
			await new Promise<void>((resolve) => {
				this.#recoverState.push(resolve);
			});
		return this.received.splice(0, count);
	}
}
