/** Two hundred classic clients who talk at a steady pace. */

import { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import type { Plume } from "./program.ts";

const TICK_MS = 10;

export interface Crowd {
	readonly clients: readonly RawClient[];
	/** Each says `perSecond` messages a second, for so long or until `stop`; answers how many were said in all. */
	talk(perSecond: number, seconds: number): Promise<number>;
	stop(): void;
	leave(): void;
}

/** Half of them log in one after another, half all at once. `onFrame` hears every frame that anyone gets. */
export async function gather(
	plume: Plume,
	size: number,
	onFrame: (text: string) => void = () => {},
): Promise<Crowd> {
	const one = (index: number) => login(plume, `guest${index}`, onFrame);
	const clients: RawClient[] = [];
	for (let i = 0; i < size / 2; i++) clients.push(await one(i));
	const others = Array.from({ length: size - clients.length }, (_, index) =>
		one(clients.length + index),
	);
	clients.push(...(await Promise.all(others)));
	let stopped = false;
	return {
		clients,
		talk: (perSecond, seconds) =>
			new Promise((resolve) => {
				const total = perSecond * seconds * clients.length;
				const start = performance.now();
				let said = 0;
				const timer = setInterval(() => {
					const elapsed = (performance.now() - start) / 1000;
					const due = Math.floor(elapsed * perSecond * clients.length);
					while (said < Math.min(due, total) && !stopped) {
						clients[said % clients.length]?.send({
							type: types.text,
							text: `line ${said++} of what two hundred people say to each other`,
						});
					}
					if (said < total && !stopped) return;
					clearInterval(timer);
					resolve(said);
				}, TICK_MS);
			}),
		stop() {
			stopped = true;
		},
		leave() {
			for (const client of clients) client.drop();
		},
	};
}

async function login(
	plume: Plume,
	name: string,
	onFrame: (text: string) => void,
): Promise<RawClient> {
	let entered = () => {};
	const inside = new Promise<void>((resolve) => {
		entered = resolve;
	});
	const client = await RawClient.connect({
		port: plume.port,
		onText: (text) => {
			onFrame(text);
			if (text.startsWith('{"type":3')) entered();
		},
	});
	client.send({ type: types.hello, text: `${name}\n${name}@example.org` });
	client.send({ type: types.auth, text: await plume.codeFor(name) });
	await inside;
	return client;
}
