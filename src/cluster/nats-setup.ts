/** Makes the streams on JetStream, and checks that they are as the log needs them. */
import {
	DiscardPolicy,
	JetStreamApiCodes,
	JetStreamApiError,
	type JetStreamManager,
	RetentionPolicy,
	StorageType,
	type StreamInfo,
} from "@nats-io/jetstream";
import { messageOf } from "../log/disk.ts";
import { ConfigError } from "../settings.ts";
import type { NatsConnection, Report } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";

/** What one message of the stream may have; servers must take as much. */
const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A cluster that is just starting elects first. */
const TRIES = 30;
const RETRY_MS = 1000;

/** The names of a stream and its subjects. */
export const namesOf = (stream: string) => ({
	stream,
	subject: `plume.${stream}.log`,
	erased: `${stream}_ERASED`,
	erasedSubject: `plume.${stream}.erased`,
});

/**
 * Makes both streams if there are none. Throws `ConfigError` if they differ
 * from what they should be: an older server ignores options without a word.
 */
export async function setUpStreams(
	connection: NatsConnection,
	manager: JetStreamManager,
	{ stream: name, replicas }: NatsSettings,
	report: Report,
): Promise<void> {
	const { max_payload: most = 0, server_name: server } = connection.info ?? {};
	if (most < MOST_MESSAGE_BYTES)
		throw new ConfigError(
			`The NATS server ${server} takes messages of ${most} bytes at most: set max_payload: 8MB in its configuration.`,
		);
	const names = namesOf(name);
	const streams = [
		{ name: names.stream, subjects: [names.subject] },
		{ name: names.erased, subjects: [`${names.erasedSubject}.*`] },
	];
	for (const stream of streams) {
		const wanted = { ...stream, ...options(replicas) };
		const info = await patiently(report, () => found(manager, wanted));
		for (const [option, value] of Object.entries(wanted)) {
			const is = JSON.stringify(
				new Map(Object.entries(info.config)).get(option),
			);
			const should = JSON.stringify(value);
			if (is !== should)
				throw new ConfigError(
					`The stream ${wanted.name} on NATS has ${option} ${is} where Plume needs ${should}: change it with the nats tool, or name another stream in PLUME_LOG${option === "num_replicas" ? ", or set PLUME_NATS_REPLICAS" : ""}.`,
				);
		}
		const { replicas: others = [] } = info.cluster ?? {};
		for (const { name: peer, offline } of others)
			if (offline)
				report.warn(
					{ stream: wanted.name, server: peer },
					"a NATS server that keeps a copy of the stream is offline",
				);
	}
}

const options = (replicas: number) => ({
	storage: StorageType.File,
	retention: RetentionPolicy.Limits,
	// A full stream refuses what is new; it never drops what is old.
	discard: DiscardPolicy.New,
	...{ max_msgs: -1, max_bytes: -1, max_age: 0, max_msgs_per_subject: -1 },
	max_msg_size: MOST_MESSAGE_BYTES,
	num_replicas: replicas,
	...{ deny_delete: false, deny_purge: true, sealed: false },
	allow_direct: true,
});

type Wanted = ReturnType<typeof options> & {
	readonly name: string;
	readonly subjects: string[];
};

async function found(
	{ streams }: JetStreamManager,
	wanted: Wanted,
): Promise<StreamInfo> {
	try {
		return await streams.info(wanted.name);
	} catch (error) {
		if (codeOf(error) !== JetStreamApiCodes.StreamNotFound) throw error;
		return await streams.add(wanted);
	}
}

export const codeOf = (error: unknown): number | undefined =>
	error instanceof JetStreamApiError ? error.code : undefined;

/** Tries again for half a minute. Then throws `ConfigError`. */
async function patiently<Value>(
	report: Report,
	ask: () => Promise<Value>,
): Promise<Value> {
	for (let tries = 1; ; tries++)
		try {
			return await ask();
		} catch (error) {
			if (tries === 1)
				report.warn({ error: messageOf(error) }, "JetStream is not ready yet");
			if (tries === TRIES)
				throw new ConfigError(
					`NATS does not make the stream of PLUME_LOG (${messageOf(error)}): see to it that JetStream is on, and that as many servers run as PLUME_NATS_REPLICAS says.`,
				);
			await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		}
}
