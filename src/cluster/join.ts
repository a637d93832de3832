/** Makes this node an edge or a sequencer, as it is configured. */
import { connect, createServer } from "node:net";
import { hostname } from "node:os";
import { eventTable } from "../../machines/events.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Secrets } from "../engine/secrets.ts";
import { listenPrivately } from "../operator/local-socket.ts";
import { listen } from "../transport/listen.ts";
import { Edge } from "./edge.ts";
import type { EdgeParts } from "./edge-parts.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { Node } from "./node.ts";
import type { NodeParts } from "./node-parts.ts";
import { Seal } from "./seal.ts";
import { fingerprintOf, Sequencer } from "./sequencer.ts";

interface Joining extends Pick<EdgeParts, "report" | "onFatal"> {
	readonly config: Config;
	/** As it was read last. */
	readonly latest: () => Config;
	readonly version: string;
	readonly secrets: Secrets;
}

/** Undefined for a server that is alone. Throws `ConfigError` if edges can't reach it where they should. */
export async function joinCluster({
	config,
	latest,
	version,
	secrets,
	...parts
}: Joining): Promise<Edge | Sequencer | Node | undefined> {
	const { upstream, sequencer: at, nats } = config;
	if (!upstream && !at && !nats) return undefined;
	const common = { ...parts, clock: systemClock(), seal: new Seal(secrets) };
	const node = secrets.id();
	const label = config.node || hostname();
	const events = Object.keys(eventTable);
	const about = {
		...{ node, label, version, events },
		get settings() {
			const { limits, allow, admins, retention, lang } = latest();
			const { pushContact } = config;
			// Nodes of a version without PLUME_LANG speak English.
			const other = lang === "en" ? {} : { lang };
			return fingerprintOf({
				...{ limits, allow, admins, retention, pushContact, ...other },
			});
		},
	};
	if (nats) return joinStream(nats, { ...common, about });
	if (upstream) {
		const dial = () => connect(upstream).setNoDelay();
		return new Edge({ ...common, about, dial });
	}
	const sequencer = new Sequencer({ ...common, about });
	const server = createServer((socket) =>
		sequencer.accept(socket.setNoDelay()),
	);
	if (at && "path" in at)
		await listenPrivately(server, at.path, "PLUME_SEQUENCER");
	else if (at) await listen(server, at);
	// It ends with the process.
	server.unref();
	return sequencer;
}

async function joinStream(
	settings: NatsSettings,
	parts: Omit<NodeParts, "port" | "bus" | "random">,
): Promise<Node> {
	// Loaded only where it is needed.
	const { openNatsStream } = await import("./nats-stream.ts");
	const { openNatsBus } = await import("./nats-bus.ts");
	const { report, about } = parts;
	const port = await openNatsStream(settings);
	let node: Node | undefined;
	const bus = await openNatsBus({
		...{ settings, node: about.node },
		onMessage: (...message) => node?.onMessage(...message),
		onDisconnected: () => report.warn({}, "NATS is gone"),
		onConnected: () => report.info({}, "NATS is back"),
	});
	node = new Node({ ...parts, port, bus, random: Math.random });
	return node;
}
