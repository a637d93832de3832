/** The settings of the connection to NATS. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
	anything,
	ConfigError,
	type ValuesOf,
	wholeNumber,
} from "../settings.ts";
import type { StreamAddress } from "./stream-address.ts";

export const natsTable = {
	credentials: anything("NATS: file of credentials (.creds) (none)"),
	replicas: wholeNumber(3, "NATS: servers that keep a copy of the stream"),
	tlsCa: anything(
		"NATS: file of the CA that signed the servers' certificates (the system's)",
	),
	tlsCert: anything("NATS: file of our own certificate (none)"),
	tlsKey: anything("NATS: file of its key (none)"),
};

export interface NatsSettings
	extends StreamAddress,
		ValuesOf<typeof natsTable> {}

interface Given {
	readonly address: StreamAddress;
	readonly values: ValuesOf<typeof natsTable>;
	readonly secret: string | undefined;
	readonly data: string;
}

/** Throws `ConfigError`. */
export function natsSettings({
	address,
	values,
	secret,
	data,
}: Given): NatsSettings {
	if ((values.tlsCert === "") !== (values.tlsKey === ""))
		throw new ConfigError(
			"PLUME_NATS_TLS_CERT and PLUME_NATS_TLS_KEY belong together: set both, or neither.",
		);
	const file = join(data, "secret");
	if (!secret && !existsSync(file))
		throw new ConfigError(
			`PLUME_LOG=nats:// needs the secret that all nodes share: set PLUME_SECRET, or copy the file \`secret\` of another node to ${file}.`,
		);
	return { ...address, ...values };
}
