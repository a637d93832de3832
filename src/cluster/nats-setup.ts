/** Makes the streams on JetStream, and checks that they are as the log needs them. */
import {
	DiscardPolicy,
	JetStreamApiCodes,
	JetStreamApiError,
	type JetStreamManager,
	RetentionPolicy,
	StorageType,
} from "@nats-io/jetstream";
import { ConfigError } from "../settings.ts";
import type { NatsConnection } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";

/** What one message of the stream may have; servers must take as much. */
const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;

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

/**
 * Makes both streams if there are none. Throws `ConfigError` if they differ
 * from what they should be: an older server ignores options without a word.
 */
export async function setUpStreams(
	{ info: server }: NatsConnection,
	manager: JetStreamManager,
	{ stream, replicas }: NatsSettings,
): Promise<void> {
	if ((server?.max_payload ?? 0) < MOST_MESSAGE_BYTES)
		throw new ConfigError(
			`The NATS server ${server?.server_name} takes messages of ${server?.max_payload} bytes at most: set max_payload: 8MB in its configuration.`,
		);
	const names = namesOf(stream);
	for (const [name, subject] of [
		[names.stream, names.subject],
		[names.erased, `${names.erasedSubject}.*`],
	] as const) {
		const num_replicas = replicas;
		const wanted = { name, subjects: [subject], num_replicas, ...options };
		const config = new Map(Object.entries(await made(manager, wanted)));
		for (const [option, value] of Object.entries(wanted)) {
			const [is, should] = [config.get(option), value].map((one) =>
				JSON.stringify(one),
			);
			if (is !== should)
				throw new ConfigError(
					`The stream ${name} on NATS has ${option} ${is} where Plume needs ${should}: change it there, or PLUME_NATS_REPLICAS here, or name another stream in PLUME_LOG.`,
				);
		}
	}
}

/** The configuration of a stream, which is made if there is none. */
async function made(
	{ streams }: JetStreamManager,
	wanted: Parameters<JetStreamManager["streams"]["add"]>[0],
) {
	try {
		return (await streams.info(wanted.name)).config;
	} catch (error) {
		const code = error instanceof JetStreamApiError ? error.code : undefined;
		if (code === JetStreamApiCodes.StreamNotFound)
			return (await streams.add(wanted)).config;
		throw error;
	}
}
