/** Makes the streams on JetStream, and checks that they are as the log needs them. */
import {
	DiscardPolicy,
	JetStreamApiCodes,
	JetStreamApiError,
	type JetStreamManager,
	RetentionPolicy,
	StorageType,
	type StreamConfig,
	type StreamInfo,
} from "@nats-io/jetstream";
import { ConfigError } from "../settings.ts";
import type { NatsConnection } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { MOST_MESSAGE_BYTES } from "./stream.ts";

/** Servers that were just started have no leader for up to nine seconds, and do not know of each other. */
const TRIES = 12;
const RETRY_MS = 1000;

/** The names of a stream, of that of its stripped copies, and of their subjects. */
export const namesOf = (stream: string) => ({
	stream,
	subject: `plume.${stream}.log`,
	erased: `${stream}_ERASED`,
	erasedSubject: `plume.${stream}.erased`,
});

const options = {
	storage: StorageType.File,
	retention: RetentionPolicy.Limits,
	// A full stream refuses what is new; it never drops what is old.
	discard: DiscardPolicy.New,
	...{ max_msgs: -1, max_bytes: -1, max_age: 0, max_msgs_per_subject: -1 },
	max_msg_size: MOST_MESSAGE_BYTES,
	...{ deny_delete: false, deny_purge: true, sealed: false },
	allow_direct: true,
};

/** Both streams, as they should be. */
export function wantedStreams({ stream, replicas }: NatsSettings) {
	const names = namesOf(stream);
	return [
		{ name: names.stream, subjects: [names.subject] },
		{ name: names.erased, subjects: [`${names.erasedSubject}.*`] },
	].map((named) => ({ ...named, num_replicas: replicas, ...options }));
}

type Wanted = ReturnType<typeof wantedStreams>[number];

/** Makes both streams if there are none. Throws `ConfigError` if they differ from what they should be. */
export async function setUpStreams(
	{ info: server }: NatsConnection,
	manager: JetStreamManager,
	settings: NatsSettings,
): Promise<void> {
	if ((server?.max_payload ?? 0) < MOST_MESSAGE_BYTES)
		throw new ConfigError(
			`The NATS server ${server?.server_name} takes messages of ${server?.max_payload} bytes at most: set max_payload: 8MB in its configuration.`,
		);
	for (const wanted of wantedStreams(settings))
		checkOptions((await made(manager, wanted)).config, wanted);
}

/** A stream, which is made if there is none. Waits for a leader, and for servers. */
async function made(manager: JetStreamManager, wanted: Wanted) {
	for (let tries = 1; ; tries++)
		try {
			const info = await infoOf(manager, wanted.name);
			return info ?? (await manager.streams.add(wanted));
		} catch (error) {
			if (tries === TRIES) throw error;
			await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		}
}

/** Throws `ConfigError` for the first option that differs: an older server ignores options without a word. */
export function checkOptions(config: StreamConfig, wanted: Wanted): void {
	const found = new Map(Object.entries(config));
	for (const [option, value] of Object.entries(wanted)) {
		const is = JSON.stringify(found.get(option));
		const should = JSON.stringify(value);
		if (is !== should)
			throw new ConfigError(
				`The stream ${wanted.name} on NATS has ${option} ${is} where Plume needs ${should}: change it there, or PLUME_NATS_REPLICAS here, or name another stream in PLUME_LOG.`,
			);
	}
}

/** A stream's configuration and state, as its leader has them; undefined if there is none. */
export async function infoOf(
	{ streams }: JetStreamManager,
	name: string,
): Promise<StreamInfo | undefined> {
	try {
		return await streams.info(name);
	} catch (error) {
		const code = error instanceof JetStreamApiError ? error.code : 0;
		if (code === JetStreamApiCodes.StreamNotFound) return undefined;
		throw error;
	}
}
