/**
 * Plume as a whole: folds the log, starts the engine, and opens the door.
 * Everything it stands on is handed to it, so that a test can run the real
 * thing on a simulated disk, clock and mail service.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type Clock, clockReaches, RunningClock } from "./clock.ts";
import type { Accepts, Config } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import type { Step } from "./engine/fold.ts";
import type { Reporter } from "./engine/parts.ts";
import { recoverState } from "./engine/recovery.ts";
import { type Secrets, sha256 } from "./engine/secrets.ts";
import { Archive } from "./history/archive.ts";
import type { IndexFiles } from "./history/index-files.ts";
import { Inspector } from "./inspector/inspector.ts";
import { InspectorServer } from "./inspector/inspector-server.ts";
import type { Cache } from "./log/cache.ts";
import type { Log } from "./log/log.ts";
import type { Snapshots } from "./log/snapshots.ts";
import { Allowance } from "./mail/allowance.ts";
import { KnownNetworks } from "./mail/known-networks.ts";
import type { Mailer } from "./mail/mailer.ts";
import { Outbox } from "./mail/outbox.ts";
import { checkSecret } from "./secret-file.ts";
import { clientAddress, peerNetworks } from "./transport/client-address.ts";
import { isLoopback, ownHosts } from "./transport/hosts.ts";
import { listening, makeHttpServer } from "./transport/http.ts";
import { proxyWarnings } from "./transport/proxy-warnings.ts";
import { SocketServer } from "./transport/socket-server.ts";

/** For files, log and listener, beside the connections themselves. */
const SPARE_CONNECTIONS = 64;

export interface ServiceParts {
	readonly config: Config;
	readonly log: Log;
	/** Of logs that last. */
	readonly snapshots: Snapshots | undefined;
	/** Of logs that last, too. */
	readonly indexes?: IndexFiles | undefined;
	readonly known?: Cache | undefined;
	readonly mailer: Mailer;
	readonly secrets: Secrets;
	/** A clock that starts no earlier than the log's last event. */
	readonly clockFrom: (notBefore: number) => Clock;
	/** What the operator said to go on with. */
	readonly accepts: Accepts;
	readonly version: string;
	readonly report: Reporter;
	readonly onFatal: (error: Error) => void;
}

/** The engine on its log, not yet open to anyone. */
export async function startEngine(
	parts: ServiceParts,
	meanwhile: (why: string) => Promise<() => Promise<void>>,
) {
	const { log, snapshots, mailer, secrets, version, report, onFatal } = parts;
	const { limits, allow } = parts.config;
	const { state, server, erased } = await recoverState(log, limits, snapshots);
	const onLogged = checkSecret(parts, state.server.context.names);
	if (!parts.accepts.clock) await clockReaches(state.time, parts, meanwhile);
	const clock = parts.clockFrom(state.time);
	const archive = new Archive(log, parts.indexes);
	const runningClock = new RunningClock(clock);
	const known = new KnownNetworks({
		...{ secrets, clock, limits },
		file: parts.known,
	});
	await known.load();
	const mail = {
		outbox: new Outbox(mailer, runningClock, limits),
		allowance: new Allowance(clock, limits),
		known,
	};
	const states = { ordered: state, committed: state };
	const inspector = new Inspector(states, log.committed);
	const started = {
		...{ log, snapshots, secrets, version, report, onFatal },
		...{ states, server, erased, clock, runningClock, archive, mail },
		policy: { limits, allow, node: secrets.id() },
		onCommitted(step: Step) {
			onLogged(step.stored.event);
			inspector.onCommitted(step);
		},
		restored: parts.accepts.restored || parts.accepts.missing,
	};
	const engine = new Engine(started);
	log.scrub().catch(onFatal);
	return { ...started, engine, inspector };
}

export interface Service {
	readonly url: string;
	/** Stops accepting, commits what there is, tells everyone, and ends. */
	stop(): Promise<void>;
}

/** Starts everything; `pages` is the folder with the page's files. */
export async function startService(
	parts: ServiceParts,
	pages: string,
): Promise<Service> {
	const { config, log, report } = parts;
	const { limits, host, port, origins, inspect: token } = config;
	const { trustProxy: trusted } = config;
	const started = await startEngine(parts, (why) =>
		unavailable(port, host, why),
	);
	const { engine, clock, runningClock, mail, states, archive, inspector } =
		started;
	const warnings = proxyWarnings(report);
	const addressOf = (request: IncomingMessage) => {
		if (trusted.length === 0) warnings.untrusted(request);
		const { socket, headers } = request;
		const forwardedFor = headers["x-forwarded-for"];
		return clientAddress({
			...{ remote: socket.remoteAddress, forwardedFor, trusted },
		});
	};
	const isOurName = ownHosts(host, origins);
	// One that others can reach is called by names that nobody told us.
	const isOwnHost = isLoopback(host) ? isOurName : () => true;
	const trouble = () => (log.frozen ? "the disk is full" : undefined);
	const ownerOf = (token: string) => {
		const session = states.ordered.server.context.sessions.get(sha256(token));
		return session && clock.now() < session.expires ? session : undefined;
	};
	const { refusals } = engine;
	const exports = { archive, clock, refusals, ownerOf, isOwnHost };
	const inspectorServer =
		token === undefined
			? undefined
			: new InspectorServer({
					...{ inspector, clock: runningClock, limits, refusals },
					...{ token, isOwnHost: isOurName },
				});
	const http = makeHttpServer({
		...{ pages, limits, trouble, exports },
		unverified: () => log.unverified,
		mayInspect: inspectorServer && (({ headers }) => isOurName(headers.host)),
		networksOf: (peer) => peerNetworks(peer, trusted),
		onPlainConnect: (request) => warnings.noUpgrade(request),
	});
	const spare = limits.connections + SPARE_CONNECTIONS;
	if (Number.isFinite(spare)) http.maxConnections = spare;
	const sockets = new SocketServer({
		...{ http, engine, clock: runningClock, limits },
		...{ origins, isOwnHost, addressOf },
		onForeignOrigin: (request) => warnings.foreignOrigin(request),
		inspect:
			inspectorServer && ((...asked) => inspectorServer.upgrade(...asked)),
	});
	const bound = await listening(http, port, host);
	const shownHost = host.includes(":") ? `[${host}]` : host;
	return {
		url: `http://${shownHost}:${bound}`,
		async stop() {
			sockets.stopAccepting();
			inspectorServer?.close();
			http.close();
			mail.outbox.close();
			await engine.stop();
			await mail.known.save();
			await sockets.close();
			http.closeAllConnections();
		},
	};
}

/** Tells everyone who asks, `/healthz` above all, why nobody can come in yet. */
async function unavailable(port: number, host: string, wrong: string) {
	const http = createServer((_request, response) => {
		const headers = { "Content-Type": "application/json", "Retry-After": 60 };
		response.writeHead(503, headers).end(JSON.stringify({ ok: false, wrong }));
	});
	await listening(http, port, host);
	return () => {
		const closed = once(http.close(), "close");
		http.closeAllConnections();
		return closed.then(() => {});
	};
}
