/** A connection to NATS: encrypted or on this machine, to servers that are new enough, and for ever. */
import { readFileSync } from "node:fs";
import { connect, credsAuthenticator } from "@nats-io/transport-node";
import { messageOf } from "../log/disk.ts";
import { ConfigError } from "../settings.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { isHere } from "./stream-address.ts";

export type NatsConnection = Awaited<ReturnType<typeof connect>>;

export interface Report {
	warn(fields: object, message: string): void;
}

/** The versions before it lose what they acknowledged. */
const LEAST_VERSION = { major: 2, minor: 15 };
/** A paused server is left after two or three of these. */
const PING_MS = 1000;
const CONNECT_MS = 2000;
const RECONNECT_MS = 250;

/**
 * Connects to one of the servers, and to another when that one is lost,
 * without end. With `noEcho` we do not hear what we publish ourselves. Throws `ConfigError` if no server can be reached now.
 */
export async function connectNats(
	settings: NatsSettings,
	report: Report,
	noEcho = false,
): Promise<NatsConnection> {
	const { servers, credentials, tlsCa, tlsCert, tlsKey } = settings;
	for (const [variable, path] of [
		["PLUME_NATS_CREDENTIALS", credentials],
		["PLUME_NATS_TLS_CA", tlsCa],
		["PLUME_NATS_TLS_CERT", tlsCert],
		["PLUME_NATS_TLS_KEY", tlsKey],
	] as const)
		if (path) readable(variable, path);
	const isEncrypted = tlsCa || tlsCert || !isHere(settings);
	const files = {
		...(tlsCa && { caFile: tlsCa }),
		...(tlsCert && { certFile: tlsCert, keyFile: tlsKey }),
	};
	const connection = await connect({
		...{ servers: [...servers], name: "plume", timeout: CONNECT_MS },
		...(isEncrypted && { tls: files }),
		...(credentials && { authenticator: newest(credentials) }),
		// Only the servers that were named, for only those are known to be safe.
		...{ ignoreClusterUpdates: true, noEcho },
		...{ pingInterval: PING_MS, maxPingOut: 2 },
		...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT_MS },
		// A server that is being set up anew may refuse us for a while.
		ignoreAuthErrorAbort: true,
	}).catch((error: unknown) => {
		throw new ConfigError(
			`No NATS server of PLUME_LOG can be used (${servers.join(", ")}: ${messageOf(error)}): see to it that one runs there${isEncrypted ? ", with TLS, which only servers on this machine may be without" : ""}.`,
		);
	});
	try {
		checkVersion(connection);
	} catch (error) {
		await connection.close();
		throw error;
	}
	watch(connection, report).catch(() => {});
	return connection;
}

function readable(variable: string, path: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (error) {
		throw new ConfigError(
			`${variable} is ${path}, which can't be read (${Object(error).code}): name a file that this user may read.`,
		);
	}
}

/** Reads the credentials at each connect: they may be renewed while we run. */
function newest(path: string) {
	let last = readable("PLUME_NATS_CREDENTIALS", path);
	return credsAuthenticator(() => {
		try {
			last = readFileSync(path);
		} catch {
			// The last ones may still be good.
		}
		return last;
	});
}

/** Throws `ConfigError` if the server that we are connected to is too old. */
function checkVersion({ info }: NatsConnection): void {
	const { version = "", server_name: name = "" } = info ?? {};
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const least = LEAST_VERSION;
	if (major > least.major) return;
	if (major === least.major && minor >= least.minor) return;
	throw new ConfigError(
		`The NATS server ${name} has version ${version}, which can lose what it acknowledged: install ${least.major}.${least.minor} or later.`,
	);
}

async function watch(connection: NatsConnection, report: Report) {
	for await (const { type } of connection.status()) {
		if (type === "disconnect")
			report.warn({}, "the connection to NATS is lost: connecting again");
		if (type !== "reconnect") continue;
		const { server_name: server } = connection.info ?? {};
		report.warn({ server }, "connected to NATS again");
		try {
			checkVersion(connection);
		} catch (error) {
			report.warn({ server }, messageOf(error));
		}
	}
}
