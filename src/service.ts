/**
 * Plume as a whole: recovers the state from the log, starts the engine, and
 * listens. All adapters are passed in, so that tests run all of it on a
 * simulated disk, clock and mail service.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { type Clock, clockReaches, RunningClock } from "./clock.ts";
import type { Accepts, Config } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import type { Step } from "./engine/fold.ts";
import type { EngineParts } from "./engine/parts.ts";
import { recoverState } from "./engine/recovery.ts";
import { sha256 } from "./engine/secrets.ts";
import { Archive } from "./history/archive.ts";
import type { IndexFiles } from "./history/index-files.ts";
import { Inspector } from "./inspector/inspector.ts";
import { InspectorServer } from "./inspector/inspector-server.ts";
import type { Cache } from "./log/cache.ts";
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

/** Connections for plain HTTP, beside as many WebSockets as the limit allows. */
const SPARE_CONNECTIONS = 64;

export interface ServiceParts
	extends Pick<
		EngineParts,
		"log" | "snapshots" | "secrets" | "version" | "report" | "onFatal"
	> {
	readonly config: Config;
	/** Like `snapshots`, undefined for a log in memory. */
	readonly indexes?: IndexFiles | undefined;
	readonly known?: Cache | undefined;
	readonly mailer: Mailer;
	/** Makes a clock that starts no earlier than `notBefore`, the time of the log's last event. */
	readonly clockFrom: (notBefore: number) => Clock;
	readonly accepts: Accepts;
}

/** Recovers the state and starts the engine, which nobody can reach yet. */
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
			onLogged?.(step.stored.event);
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
	/** Stops accepting, commits what was received, closes every connection, and ends. */
	stop(): Promise<void>;
}

/** Starts everything; `pages` is the folder with the page's files. */
export async function startService(
	parts: ServiceParts,
	pages: string,
): Promise<Service> {
	const { host, port } = parts.config;
	const started = await startEngine(parts, (why) =>
		unavailable(port, host, why),
	);
	const { http, sockets, inspectorServer } = transports(parts, started, pages);
	const bound = await listening(http, port, host);
	const shownHost = host.includes(":") ? `[${host}]` : host;
	return {
		url: `http://${shownHost}:${bound}`,
		async stop() {
			const { engine, mail } = started;
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

/** The page, the WebSockets and the inspector, on one HTTP server that does not listen yet. */
function transports(
	{ config, log, report }: ServiceParts,
	started: Awaited<ReturnType<typeof startEngine>>,
	pages: string,
) {
	const { limits, host, origins, inspect: token } = config;
	const { trustProxy: trusted } = config;
	const { engine, runningClock: clock, states, inspector } = started;
	const { refusals } = engine;
	const warnings = proxyWarnings(report);
	const isOurName = ownHosts(host, origins);
	// A server that others can reach has names that nobody told us.
	const isOwnHost = isLoopback(host) ? isOurName : () => true;
	const inspectorServer =
		token === undefined
			? undefined
			: new InspectorServer({
					...{ inspector, clock, limits, refusals },
					...{ token, isOwnHost: isOurName },
				});
	const http = makeHttpServer({
		...{ pages, limits, log, warnings },
		exports: {
			...{ archive: started.archive, clock: started.clock },
			...{ refusals, isOwnHost },
			ownerOf(token) {
				const { sessions } = states.ordered.server.context;
				const session = sessions.get(sha256(token));
				const isOpen = session && started.clock.now() < session.expires;
				return isOpen ? session : undefined;
			},
		},
		mayInspect: inspectorServer && (({ headers }) => isOurName(headers.host)),
		networksOf: (peer) => peerNetworks(peer, trusted),
	});
	const spare = limits.connections + SPARE_CONNECTIONS;
	if (Number.isFinite(spare)) http.maxConnections = spare;
	const sockets = new SocketServer({
		...{ http, engine, clock, limits, origins, isOwnHost, warnings },
		inspectorServer,
		addressOf(request) {
			if (trusted.length === 0) warnings.untrusted(request);
			const { socket, headers } = request;
			const forwardedFor = headers["x-forwarded-for"];
			const remote = socket.remoteAddress;
			return clientAddress({ remote, forwardedFor, trusted });
		},
	});
	return { http, sockets, inspectorServer };
}

/** Answers every request, `/healthz` above all, with the reason why nobody can connect yet. */
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
