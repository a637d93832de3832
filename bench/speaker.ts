/**
 * How one gets into each contender's room and says something there. All are
 * spoken to by the same raw client, so the generator costs the same for each.
 */
import { MessageType as types } from "../machines/message.ts";
import type { Contender } from "./job.ts";
import { RawClient } from "./raw-client.ts";
import type { Loadable } from "./server-process.ts";

export interface Speaker {
	/** Resolves when the client is inside and will hear what is said. */
	enter(server: Loadable, index: number): Promise<RawClient>;
	/** The payload of the frame that says a text without quotes in it. */
	frame(text: string): string;
	/** The answer that a text frame asks for by itself, for Engine.IO's pings. */
	answer(payload: Buffer): string | undefined;
}

export const nameOf = (index: number) => `g${String(index).padStart(4, "0")}`;
const silent = () => undefined;
const typed = (text: string) => `{"type":1,"text":"${text}"}`;

async function enterPlume(
	server: Loadable,
	index: number,
	protocol?: string,
): Promise<RawClient> {
	const name = nameOf(index);
	const inside = barrier();
	const client = await RawClient.connect({
		port: server.port,
		...(protocol && { protocol }),
		onText: (text) => {
			if (text.startsWith('{"type":3')) inside.open();
		},
	});
	client.send({ type: types.hello, text: `${name}\n${name}@example.org` });
	client.send({ type: types.auth, text: await server.codeFor(name) });
	await inside.opened;
	return client;
}

async function enterWs({ port }: Loadable, index: number) {
	return RawClient.connect({ port, path: `/?name=${nameOf(index)}` });
}

async function enterSocketIo({ port }: Loadable, index: number) {
	const name = nameOf(index);
	const inside = barrier();
	const client: RawClient = await RawClient.connect({
		port,
		path: `/socket.io/?EIO=4&transport=websocket&name=${name}`,
		onText: (text) => {
			if (text.startsWith("40")) inside.open();
		},
	});
	client.sendFrame(1, Buffer.from("40"));
	await inside.opened;
	return client;
}

function barrier() {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { open: () => open(), opened };
}

export const speakers: Readonly<Record<Contender, Speaker>> = {
	plume: { enter: enterPlume, frame: typed, answer: silent },
	"plume.2": {
		enter: (server, index) => enterPlume(server, index, "plume.2"),
		frame: typed,
		answer: silent,
	},
	ws: { enter: enterWs, frame: typed, answer: silent },
	"socket.io": {
		enter: enterSocketIo,
		frame: (text) => `42["say",{"text":"${text}"}]`,
		answer: (payload) => (payload.toString() === "2" ? "3" : undefined),
	},
};
