/**
 * What the nodes tell each other without storing it, on core NATS. A message
 * may be lost; what is in it is sealed by the caller.
 */
import { connectNats } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";

interface BusParts {
	readonly settings: NatsSettings;
	/** Our own id, of letters, digits, _ and -. */
	readonly node: string;
	/** A message to this node, or to all of them. */
	readonly onMessage: (bytes: Uint8Array, to: "node" | "all") => void;
	/** While disconnected, nothing that is sent arrives. */
	readonly onDisconnected: () => void;
	readonly onConnected: () => void;
}

/** Size of a message. */
export const MOST_BYTES = 1024 * 1024;

export type Bus = Awaited<ReturnType<typeof openNatsBus>>;

/** Connects, and hears from then on. Throws words, `ConfigError` if somebody must change something. */
export async function openNatsBus(parts: BusParts) {
	const connection = await connectNats(parts.settings);
	const prefix = `plume.${parts.settings.stream}`;
	const hear = (subject: string, to: "node" | "all") =>
		connection.subscribe(`${prefix}.${subject}`, {
			callback: (error, { data }) => {
				if (!error) parts.onMessage(data, to);
			},
		});
	hear(`node.${parts.node}`, "node");
	hear("all", "all");
	// The server has our subscriptions before anybody is told of us.
	await connection.flush();
	const watch = async () => {
		for await (const { type } of connection.status()) {
			if (type === "disconnect") parts.onDisconnected();
			if (type === "reconnect") parts.onConnected();
		}
	};
	void watch();
	const send = (subject: string, bytes: Uint8Array) => {
		if (bytes.length > MOST_BYTES)
			throw new RangeError(`a message of ${bytes.length} bytes is too large`);
		if (!connection.isClosed())
			connection.publish(`${prefix}.${subject}`, bytes);
	};
	return {
		/** Sends to one node. Throws `RangeError` beyond `MOST_BYTES`. */
		send: (node: string, bytes: Uint8Array) => send(`node.${node}`, bytes),
		/** Sends to every node, this one too: so it finds out whether NATS is there. Throws `RangeError` beyond `MOST_BYTES`. */
		publish: (bytes: Uint8Array) => send("all", bytes),
		close: () => connection.close(),
	};
}
