/**
 * Plume as a whole: recovers the state from the log, starts the engine, and
 * listens. All adapters are passed in, so that tests run all of it on a
 * simulated disk, clock and mail service.
 */
import type { Server } from "node:http";
import { type Clock, clockReaches, RunningClock } from "./clock.ts";
import type { Running } from "./cluster/edge-link.ts";
import { othersAreReached } from "./cluster/late-nodes.ts";
import type { Accepts, Config } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import type { Step } from "./engine/fold.ts";
import { OperatorError } from "./engine/operation.ts";
import type { Cluster, EngineParts } from "./engine/parts.ts";
import { recoverState } from "./engine/recovery.ts";
import { type Secrets, sha256 } from "./engine/secrets.ts";
import { Archive } from "./history/archive.ts";
import type { IndexFiles } from "./history/index-files.ts";
import { saidBy } from "./history/said.ts";
import { Inspector } from "./inspector/inspector.ts";
import { InspectorServer } from "./inspector/inspector-server.ts";
import type { Cache } from "./log/cache.ts";
import { hasCopy } from "./log-owner.ts";
import { makeAllowance } from "./mail/allowance.ts";
import { knownNetworks } from "./mail/known-networks.ts";
import type { Mailer } from "./mail/mailer.ts";
import { Outbox } from "./mail/outbox.ts";
import { openLocalSocket } from "./operator/local-socket.ts";
import { mayEnterInWords } from "./operator/operations.ts";
import { Operator } from "./operator/operator.ts";
import { People } from "./people/people.ts";
import { SearchIndex } from "./search/search-index.ts";
import type { SearchStore } from "./search/store.ts";
import { checkSecret } from "./secret-file.ts";
import { clientAddress, peerNetworks } from "./transport/client-address.ts";
import { Health } from "./transport/health.ts";
import { isLoopback, ownHosts } from "./transport/hosts.ts";
import { answerRequests, makeHttpServer } from "./transport/http.ts";
import { type Bound, listen, type PassedSocket } from "./transport/listen.ts";
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
	/** Without it, nothing can be searched for. */
	readonly searchStore?: SearchStore | undefined;
	/** Where what is people's own is stored. */
	readonly own?: Cache | undefined;
	readonly mailer: Mailer;
	/** Only tests have a push service there. */
	readonly mayPushToLoopback?: boolean;
	/** Makes a clock that starts no earlier than `notBefore`, the time of the log's last event. */
	readonly clockFrom: (notBefore: number) => Clock;
	readonly accepts: Accepts;
	/** Called after the first batch of this start is durable, which says if the log is another's copy or incomplete. What contradicts it, or may have more than it, is not needed then. */
	readonly onOwn?: (() => Promise<void>) | undefined;
	/** The other nodes, if there are any, and this one's place among them. */
	readonly cluster?: (Cluster & ClusterNode) | undefined;
	/** Reads the configuration anew. Throws `ConfigError`. */
	readonly readAgain?: () => Config;
	/** Used instead of the configured host and port. */
	readonly passed?: PassedSocket | undefined;
	/** Whether those who come before this server listens wait in the passed socket, or other workers serve them. */
	readonly hasQueue?: boolean;
}

interface ClusterNode {
	/** Resolves once people may come. */
	start(running: Running): void | Promise<void>;
	close(): void | Promise<void>;
}

/** Recovers the state and starts the engine, which nobody can reach yet. */
export async function startEngine(
	parts: ServiceParts,
	meanwhile: (why: string) => Promise<unknown>,
) {
	const { log, snapshots, mailer, secrets, version, report, onFatal } = parts;
	const { cluster, config, searchStore: store } = parts;
	const { limits } = config;
	const recovered = await recoverState(log, limits, snapshots, hasCopy(config));
	const { state, server, unfinished } = recovered;
	const onLogged = checkSecret(parts, state.server.context.names);
	if (!parts.accepts.clock) await clockReaches(state.time, parts, meanwhile);
	const clock = parts.clockFrom(state.time);
	const archive = new Archive(log, parts.indexes);
	const about = { archive, clock, report, published: log.committed };
	const search = store && new SearchIndex({ store, ...about });
	const runningClock = new RunningClock(clock);
	const known = knownNetworks({ secrets, clock, limits, file: parts.known });
	await known.load();
	const people = new People({ secrets, clock, file: parts.own });
	await people.load();
	const { pushContact: contact, origins, base } = parts.config;
	const push =
		contact === undefined
			? undefined
			: new (await import("./push/sender.ts")).PushSender({
					...{ secrets, contact },
					mayReachLoopback: parts.mayPushToLoopback === true,
				});
	const mail = {
		outbox: new Outbox(mailer, runningClock, limits),
		allowance: makeAllowance(clock, limits),
		known,
	};
	const states = { ordered: state, committed: state };
	const inspector = new Inspector(states, log.committed, cluster);
	let operator: Operator | undefined;
	const started = {
		...{ log, snapshots, secrets, version, report, onFatal, cluster },
		...{ states, server, unfinished, clock, runningClock, archive, search },
		...{ mail, people, push },
		policy: {
			...{ limits, ...policyOf(parts.config, secrets) },
			node: cluster?.node ?? secrets.id(),
		},
		onCommitted(step: Step) {
			onLogged?.(step.stored.event);
			inspector.onCommitted(step);
			search?.onPublished(step.stored.seq);
			operator?.onCommitted(step.stored.event);
		},
		restored: parts.accepts.restored || parts.accepts.missing,
	};
	const engine = new Engine(started);
	operator = new Operator({
		...{ engine, parts: started },
		reread: () => reread(parts, started.policy),
		address: `${origins[0] ?? ""}${base}`,
		folder: parts.config.log !== "memory" ? parts.config.data : undefined,
	});
	log.scrub().catch(onFatal);
	engine.pipeline.afterwards(() =>
		Promise.all([parts.onOwn?.(), snapshots?.tidy()]).catch(onFatal),
	);
	const joined = cluster?.start({
		...{ engine, log, states, operator, policy: started.policy },
	});
	await othersAreReached(parts, joined, clock, meanwhile);
	people.tidy(states.committed.server.context);
	return { ...started, engine, inspector, operator };
}

/** Who may enter, who are admins, how long rooms keep what is said, and what the bot speaks there. */
const policyOf = (
	{ allow, admins, retention, lang }: Config,
	secrets: Secrets,
) => ({
	...{ allow, retention, lang },
	admins: new Set(admins.map((email) => secrets.mac("identity", email))),
});

/** Applies the limits, the list of who may enter and the like, as they are now. Throws `ConfigError`, and then nothing has changed. */
function reread(
	{ config, readAgain, secrets }: ServiceParts,
	policy: ReturnType<typeof policyOf>,
): readonly string[] {
	if (!readAgain)
		throw new OperatorError("This server has no settings to read.");
	const fresh = readAgain();
	// Everyone shares these two objects.
	Object.assign(config.limits, fresh.limits);
	Object.assign(policy, policyOf(fresh, secrets));
	const who = mayEnterInWords(fresh.allow);
	return [
		...fresh.warnings,
		`Read again: the limits, who may enter (${who}), the admins (${fresh.admins.length}), how long rooms keep what is said, and what language the bot speaks there. Limits of frames and request headers, what all rooms remember, more connections in all, a longer time-out of Mailgun, and other settings wait for a restart.`,
	];
}

export interface Service {
	readonly url: string;
	/** How many are here. */
	people(): number;
	/** Stops accepting, commits what was received, closes every connection, and ends. */
	stop(): Promise<void>;
}

/** Starts everything; `pages` is the folder with the page's files. */
export async function startService(
	parts: ServiceParts,
	pages: string,
): Promise<Service> {
	const { host, port, base, limits, socket } = parts.config;
	const { metrics, log, data } = parts.config;
	let wrong = "";
	const http = makeHttpServer(limits, () => wrong);
	let bound: Promise<Bound> | undefined;
	const listening = () =>
		(bound ??= listen(http, parts.passed ?? { host, port }));
	const started = await startEngine(parts, (why) => {
		wrong = why;
		return listening();
	});
	const health = new Health({ ...started, limits });
	const closeSocket =
		socket && (await openLocalSocket(socket, started.operator));
	const { url, ...at } = await listening();
	const { sockets, inspectorServer } = transports({
		...{ ...parts, ...at, http, health, started, pages },
	});
	const folder = log !== "memory" ? data : undefined;
	const metricsServer =
		metrics &&
		(await import("./metrics/metrics.ts").then(({ serveMetrics }) =>
			serveMetrics(metrics, { ...started, http, sockets, health, folder }),
		));
	return {
		url: url + base.slice(0, -1),
		people: () => started.states.committed.parts.inside.size,
		async stop() {
			const { engine, mail, cluster } = started;
			health.isStopping = true;
			sockets.stopAccepting();
			if (closeSocket) closeSocket();
			inspectorServer?.close();
			http.close();
			mail.outbox.close();
			// An edge follows no more; the sequencer sends its last events.
			if (!cluster?.leads) await cluster?.close();
			await engine.stop();
			if (cluster?.leads) await cluster.close();
			await mail.known.save();
			await started.people.save();
			await sockets.close();
			// It may wait for the disk, so it goes last.
			await started.search?.close();
			http.closeAllConnections();
			health.close();
			metricsServer?.close();
		},
	};
}

interface TransportParts extends ServiceParts, Omit<Bound, "url"> {
	readonly http: Server;
	readonly health: Health;
	readonly started: Awaited<ReturnType<typeof startEngine>>;
	readonly pages: string;
}

/** The page, the WebSockets and the inspector, on one HTTP server. */
function transports(parts: TransportParts) {
	const { http, host, peer, config, health, report, started } = parts;
	const { limits, base, origins, inspect: token, trustProxy: trusted } = config;
	const { engine, runningClock: clock, states, inspector } = started;
	const { refusals } = engine.services.responder;
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
	/** The open session of a token. */
	const ownerOf = (token: string) => {
		const { sessions } = states.ordered.server.context;
		const session = sessions.get(sha256(token));
		const isOpen = session && started.clock.now() < session.expires;
		return isOpen ? session : undefined;
	};
	answerRequests(http, {
		...{ pages: parts.pages, base, limits, health, warnings },
		exports: {
			...{ clock: started.clock, refusals, report, isOwnHost, ownerOf },
			saidBy: (identity) => saidBy(identity, started.archive),
		},
		admin: {
			...{ operator: started.operator, parts: started },
			...{ refusals, origins, isOwnHost, ownerOf },
		},
		mayInspect: inspectorServer && (({ headers }) => isOurName(headers.host)),
		networksOf: (remote) => peerNetworks(remote ?? peer, trusted),
	});
	const spare = limits.connections + SPARE_CONNECTIONS;
	if (Number.isFinite(spare)) http.maxConnections = spare;
	const sockets = new SocketServer({
		...{ http, engine, clock, base, limits, inspectorServer },
		...{ origins, isOwnHost, warnings, health, cluster: started.cluster },
		addressOf(request) {
			if (trusted.length === 0) warnings.untrusted(request);
			const { socket, headers } = request;
			const forwardedFor = headers["x-forwarded-for"];
			const remote = socket.remoteAddress ?? peer;
			return clientAddress({ remote, forwardedFor, trusted });
		},
	});
	return { sockets, inspectorServer };
}
