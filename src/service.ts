/**
 * Plume as a whole: folds the log, starts the engine, and opens the door.
 * Everything it stands on is handed to it, so that a test can run the real
 * thing on a simulated disk, clock and mail service.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Archive } from "./archive/archive.ts";
import type { IndexFiles } from "./archive/index-files.ts";
import { AwakeClock, type Clock } from "./clock.ts";
import type { Accepts, Config } from "./config.ts";
import { isLoopback, ownHosts } from "./edge/hosts.ts";
import { makeHttpServer } from "./edge/http.ts";
import { networkOf, peerNetworks } from "./edge/network.ts";
import { ProxyWarnings } from "./edge/proxy-warnings.ts";
import { Sockets } from "./edge/sockets.ts";
import { Engine } from "./engine/engine.ts";
import type { Reporter } from "./engine/parts.ts";
import { type Secrets, sha256 } from "./engine/secrets.ts";
import { wake } from "./engine/wake.ts";
import { Door } from "./inspect/door.ts";
import { Tap } from "./inspect/tap.ts";
import { clockReaches } from "./late-clock.ts";
import type { Log } from "./log/log.ts";
import type { Snapshots } from "./log/snapshots.ts";
import { Allowance } from "./mail/allowance.ts";
import { type KnownFile, KnownNetworks } from "./mail/known-networks.ts";
import type { Mailer } from "./mail/mailer.ts";
import { Outbox } from "./mail/outbox.ts";
import { checkSecret } from "./secret-file.ts";

/** For files, log and listener, beside the connections themselves. */
const SPARE_CONNECTIONS = 64;

export interface ServiceParts {
	readonly config: Config;
	readonly log: Log;
	/** Of logs that last. */
	readonly snapshots: Snapshots | undefined;
	/** Of logs that last, too. */
	readonly indexes?: IndexFiles | undefined;
	readonly known?: KnownFile | undefined;
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
	const { config, log, mailer, secrets, version, report, onFatal } = parts;
	const { limits, allow } = config;
	const awake = await wake(log, limits, parts.snapshots);
	const { state, server, last, erased } = awake;
	const onDurable = checkSecret(parts, state.server.context.names);
	if (!parts.accepts.clock) await clockReaches(last.time, parts, meanwhile);
	const clock = parts.clockFrom(last.time);
	const archive = new Archive(log, parts.indexes);
	const awakeClock = new AwakeClock(clock);
	const outbox = new Outbox(mailer, awakeClock, limits);
	const known = new KnownNetworks({
		...{ secrets, clock, limits },
		file: parts.known,
	});
	await known.load();
	const engine = new Engine({
		log,
		state,
		server,
		clock,
		awake: awakeClock,
		secrets,
		mail: { outbox, allowance: new Allowance(clock, limits), known },
		policy: { limits, allow, node: secrets.id() },
		version,
		report,
		onFatal,
		snapshots: parts.snapshots,
		archive,
		erased,
		onDurable,
		restored: parts.accepts.restored || parts.accepts.missing,
	});
	const tap = new Tap(state, engine);
	log.scrub().catch(onFatal);
	return {
		engine,
		clock,
		awakeClock,
		outbox,
		known,
		state,
		server,
		limits,
		archive,
		tap,
	};
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
	const { limits, host, port, trusted, origins } = config;
	const { engine, clock, awakeClock, outbox, known, state, archive, tap } =
		await startEngine(parts, (why) => unavailable(port, host, why));
	const warnings = new ProxyWarnings(report);
	const peerOf = (request: IncomingMessage) => {
		if (trusted.length === 0) warnings.untrusted(request);
		const { socket, headers } = request;
		const forwardedFor = headers["x-forwarded-for"];
		return networkOf({ remote: socket.remoteAddress, forwardedFor, trusted });
	};
	const isOurName = ownHosts(host, origins);
	// One that others can reach is called by names that nobody told us.
	const isOwnHost = isLoopback(host) ? isOurName : () => true;
	const trouble = () => (log.frozen ? "the disk is full" : undefined);
	const ownerOf = (token: string) => {
		const session = state.server.context.sessions.get(sha256(token));
		return session && clock.now() < session.expires ? session : undefined;
	};
	const { refusals } = engine;
	const exports = { archive, clock, refusals, ownerOf, isOwnHost };
	const door =
		config.inspect === undefined
			? undefined
			: new Door({
					tap,
					...{ clock: awakeClock, limits, refusals },
					token: config.inspect,
					isOwnHost: isOurName,
				});
	const mayInspect =
		door && ((request: IncomingMessage) => door.isOurs(request));
	const unverified = () => log.unverified;
	const http = makeHttpServer({
		...{ pages, limits, trouble, unverified, exports, mayInspect },
		networksOf: (peer) => peerNetworks(peer, trusted),
		onPlainConnect: (request) => warnings.noUpgrade(request),
	});
	const spare = limits.connections + SPARE_CONNECTIONS;
	if (Number.isFinite(spare)) http.maxConnections = spare;
	const sockets = new Sockets(http, {
		engine,
		clock: awakeClock,
		limits,
		origins,
		isOwnHost,
		onForeignOrigin: (request) => warnings.foreignOrigin(request),
		peerOf,
		inspect: door && ((...asked) => door.upgrade(...asked)),
	});
	await listening(http, port, host);
	const shownHost = host.includes(":") ? `[${host}]` : host;
	return {
		url: `http://${shownHost}:${portOf(http.address())}`,
		async stop() {
			sockets.stopAccepting();
			door?.close();
			http.close();
			outbox.close();
			await engine.stop();
			await known.save();
			await sockets.close();
			http.closeAllConnections();
		},
	};
}

function listening(http: Server, port: number, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		http.once("error", reject);
		http.listen(port, host, resolve);
	});
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

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === "string")
		throw new Error("not listening on a port");
	return address.port;
}
