/** A connection to NATS: encrypted or on this machine, to a server that is new enough, and for ever. */
import { readFileSync } from "node:fs";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { connect, credsAuthenticator } from "@nats-io/transport-node";
import { messageOf } from "../log/disk.ts";
import { ConfigError } from "../settings.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { isHere } from "./stream-address.ts";

export type NatsConnection = Awaited<ReturnType<typeof connect>>;

/** Earlier versions lose what they acknowledged. */
const LEAST_MINOR = 15;
/** A paused server is left after two or three of these. */
const PING_MS = 1000;
const CONNECT_MS = 2000;
const RECONNECT_MS = 250;

/**
 * Connects to one of the servers, and to another when that one is lost,
 * without end. Throws if no server can be reached now, and `ConfigError` for
 * one that is too old.
 */
export async function connectNats(
	settings: NatsSettings,
): Promise<NatsConnection> {
	const { credentials, tlsCa, tlsCert, tlsKey } = settings;
	const servers = [...settings.servers];
	const files = {
		...(tlsCa && { caFile: tlsCa }),
		...(tlsCert && { certFile: tlsCert, keyFile: tlsKey }),
		// NATS' client does not tell which address it called, and "localhost" would be looked for.
		checkServerIdentity: (_: string, certificate: PeerCertificate) => {
			const hosts = servers.map((server) => server.replace(/:\d+$/, ""));
			const faults = hosts.map((host) =>
				checkServerIdentity(host, certificate),
			);
			return faults.includes(undefined) ? undefined : faults[0];
		},
	};
	try {
		const connection = await connect({
			...{ servers, name: "plume" },
			...((tlsCa || tlsCert || !isHere(settings)) && { tls: files }),
			...(credentials && {
				authenticator: credsAuthenticator(readFileSync(credentials)),
			}),
			// Only the servers that were named, for only those are known to be safe.
			ignoreClusterUpdates: true,
			...{ timeout: CONNECT_MS, pingInterval: PING_MS, maxPingOut: 2 },
			...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT_MS },
			// A server that is being set up anew may refuse us for a while.
			ignoreAuthErrorAbort: true,
		});
		const { version = "", server_name: name } = connection.info ?? {};
		const [major = 0, minor = 0] = version.split(".").map(Number);
		if (major > 2 || (major === 2 && minor >= LEAST_MINOR)) return connection;
		await connection.close();
		throw new ConfigError(
			`The NATS server ${name} has version ${version}, which can lose what it acknowledged: install 2.${LEAST_MINOR} or later.`,
		);
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		throw new Error(
			`No NATS server of PLUME_LOG (${servers.join(", ")}) can be used: ${messageOf(error)}. Start one, and check PLUME_NATS_CREDENTIALS and PLUME_NATS_TLS_CA; only servers on this machine may be without TLS.`,
			{ cause: error },
		);
	}
}
