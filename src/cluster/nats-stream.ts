/** The stream on NATS JetStream, and a second stream with the stripped copies of erased messages. */
import {
	AckPolicy,
	JetStreamApiCodes as Codes,
	DeliverPolicy,
	JetStreamApiError,
	type JetStreamManager,
	jetstreamManager,
	type StoredMsg,
	type StreamExpectations,
} from "@nats-io/jetstream";
import { headers, type MsgHdrs, nanos } from "@nats-io/transport-node";
import { messageOf } from "../log/disk.ts";
import { ConfigError } from "../settings.ts";
import { connectNats, type NatsConnection } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { infoOf, namesOf, setUpStreams } from "./nats-setup.ts";
import {
	type NewMessage,
	type StreamMessage,
	type StreamPort,
	WrongSequence,
} from "./stream.ts";

const ANSWER_MS = 2000;
/** A pull ends after so many messages, or after so long. */
const PULL = { max_messages: 256, expires: 1000, idle_heartbeat: 500 };
/** The server forgets a consumer that nobody pulls from. */
const IDLE_MS = 10_000;

/** Connects, and makes the streams if there are none and they need not exist. Throws words, `ConfigError` if somebody must change something. */
export async function openNatsStream(
	settings: NatsSettings,
	{ mustExist = false } = {},
): Promise<StreamPort> {
	const connection = await connectNats(settings);
	try {
		const api = { timeout: ANSWER_MS, checkAPI: false };
		const manager = await jetstreamManager(connection, api);
		if (mustExist && !(await infoOf(manager, settings.stream)))
			throw new ConfigError(
				`There is no stream ${settings.stream} on these NATS servers.`,
			);
		await setUpStreams(connection, manager, settings);
		return new NatsStream(connection, manager, settings.stream);
	} catch (error) {
		await connection.close();
		if (error instanceof ConfigError) throw error;
		throw new Error(
			`NATS does not make the stream of PLUME_LOG (${messageOf(error)}): see to it that JetStream is on, and that as many servers run as PLUME_NATS_REPLICAS says.`,
			{ cause: error },
		);
	}
}

class NatsStream implements StreamPort {
	readonly #connection: NatsConnection;
	readonly #manager: JetStreamManager;
	readonly #names: ReturnType<typeof namesOf>;

	constructor(
		connection: NatsConnection,
		manager: JetStreamManager,
		stream: string,
	) {
		this.#connection = connection;
		this.#manager = manager;
		this.#names = namesOf(stream);
	}

	publish(message: NewMessage, expected: number): Promise<number> {
		const expect = { lastSequence: expected };
		return this.#store(this.#names.subject, message, 0, expect);
	}

	async last(): Promise<number> {
		return (await this.#info()).state.last_seq;
	}

	async leader(): Promise<string> {
		const { cluster } = await this.#info();
		return cluster?.leader ?? this.#connection.info?.server_name ?? "unknown";
	}

	async get(seq: number, from: "leader" | "any") {
		const { streams, direct } = this.#manager;
		const api = from === "leader" ? streams : direct;
		const stored = await api.getMessage(this.#names.stream, { seq });
		return stored ? parsed(seq, stored.header, stored.data) : undefined;
	}

	async getErased(seq: number) {
		const copy = await this.#newestCopy(seq);
		return copy ? parsed(seq, copy.header, copy.data) : undefined;
	}

	async *read(after: number): AsyncGenerator<StreamMessage | "alive", void> {
		const { stream } = this.#names;
		const reader = await openReader(this.#manager, stream, after);
		try {
			for (;;) {
				let heard = 0;
				// It fails when not even heartbeats come.
				for await (const message of await reader.pull()) {
					heard++;
					yield parsed(message.seq, message.headers, message.data);
				}
				if (heard === 0) yield "alive";
			}
		} finally {
			reader.close();
		}
	}

	async erase(seq: number, stripped: StreamMessage, term: number) {
		const { stream, erased } = this.#names;
		const subject = `${this.#names.erasedSubject}.${seq}`;
		const before = await this.#newestCopy(seq);
		// Refused if another node stored one meanwhile.
		const expect = { lastSubjectSequence: before?.seq ?? 0 };
		if (Number(before?.header.get(ERASED_IN) ?? 0) <= term)
			await this.#store(subject, stripped, term, expect);
		await this.#delete(stream, seq);
		const newest = await this.#newestCopy(seq);
		const oldest = { seq: 1, next_by_subj: subject };
		for (;;) {
			const copy = await this.#manager.streams.getMessage(erased, oldest);
			if (!newest || !copy || copy.seq >= newest.seq) return;
			await this.#delete(erased, copy.seq);
		}
	}

	async close(): Promise<void> {
		await this.#connection.close();
	}

	#info() {
		return this.#manager.streams.info(this.#names.stream);
	}

	#newestCopy(seq: number): Promise<StoredMsg | null> {
		const last_by_subj = `${this.#names.erasedSubject}.${seq}`;
		const { streams } = this.#manager;
		return streams.getMessage(this.#names.erased, { last_by_subj });
	}

	/** Overwrites a message, if it is there, in the files of every server, too. */
	async #delete(stream: string, seq: number): Promise<void> {
		const { streams } = this.#manager;
		const isThere = await streams.getMessage(stream, { seq });
		const deleted = streams.deleteMessage(stream, seq, true);
		// The leader refuses what it lacks. If its files are damaged, others have it.
		await (isThere ? deleted : deleted.catch(() => false));
	}

	async #store(
		subject: string,
		{ bytes, term, node, kind }: NewMessage,
		erasedIn: number,
		expect: Partial<StreamExpectations>,
	): Promise<number> {
		const head = headers();
		head.set(HEADER, `${kind} ${term} ${node}`);
		if (erasedIn > 0) head.set(ERASED_IN, String(erasedIn));
		const options = { headers: head, expect, timeout: ANSWER_MS };
		const client = this.#manager.jetstream();
		try {
			return (await client.publish(subject, bytes, options)).seq;
		} catch (error) {
			const code = error instanceof JetStreamApiError ? error.code : 0;
			const isWrong =
				code === Codes.StreamWrongLastSequence ||
				code === Codes.StreamWrongLastSequenceUnknown;
			throw isWrong ? new WrongSequence(messageOf(error)) : error;
		}
	}
}

/** Reads a stream on any one of its servers, whose name it has, from `after + 1` on. */
export async function openReader(
	manager: JetStreamManager,
	stream: string,
	after: number,
	headersOnly = false,
) {
	const { consumers } = manager;
	const info = await consumers.add(stream, {
		deliver_policy: DeliverPolicy.StartSequence,
		opt_start_seq: after + 1,
		ack_policy: AckPolicy.None,
		...{ num_replicas: 1, mem_storage: true, headers_only: headersOnly },
		inactive_threshold: nanos(IDLE_MS),
	});
	const client = manager.jetstream().consumers;
	const consumer = client.getConsumerFromInfo(info);
	return {
		server: info.cluster?.leader,
		pull: () => consumer.fetch(PULL),
		close: () => void consumers.delete(stream, info.name).catch(() => {}),
	};
}

/** What a message is, its term, and its node. */
const HEADER = "Plume";
/** On a stripped copy: the term of the sequencer that erased. */
const ERASED_IN = "Plume-Erased-In";

const KINDS = ["batch", "claim", "handover"] as const;

/** A message that is not of Plume becomes a batch of term 0. */
function parsed(
	seq: number,
	head: MsgHdrs | undefined,
	bytes: Uint8Array,
): StreamMessage {
	const [word, term, node = ""] = head?.get(HEADER).split(" ") ?? [];
	const kind = KINDS.find((known) => known === word) ?? "batch";
	return { seq, bytes, term: Number(term ?? 0), node, kind };
}
