/** The stream on NATS JetStream, and a second stream with the stripped copies of erased messages. */
import {
	AckPolicy,
	DeliverPolicy,
	JetStreamApiCodes,
	type JetStreamManager,
	jetstreamManager,
	type StoredMsg,
} from "@nats-io/jetstream";
import { headers, type MsgHdrs, nanos } from "@nats-io/transport-node";
import {
	connectNats,
	type NatsConnection,
	type Report,
} from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { codeOf, namesOf, setUpStreams } from "./nats-setup.ts";
import {
	ForeignMessage,
	type Hearing,
	type NewMessage,
	type StreamMessage,
	type StreamPort,
	WrongSequence,
} from "./stream.ts";

const ANSWER_MS = 2000;
const HEARTBEAT_MS = 1000;
/** One pull: so many messages, or as many as come in that time. */
const PULL = 256;
const PULL_MS = 30_000;
/** The server forgets a consumer that nobody pulls from. */
const IDLE_MS = 10_000;

/** Connects, and makes the streams if there are none. Throws `ConfigError`. */
export async function openNatsStream(
	settings: NatsSettings,
	report: Report,
): Promise<StreamPort> {
	const connection = await connectNats(settings, report);
	try {
		const api = { timeout: ANSWER_MS, checkAPI: false };
		const manager = await jetstreamManager(connection, api);
		await setUpStreams(connection, manager, settings, report);
		return new NatsStream(connection, manager, settings.stream);
	} catch (error) {
		await connection.close();
		throw error;
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

	async publish(message: NewMessage, expected: number): Promise<number> {
		const expect = { lastSequence: expected };
		return this.#store(
			this.#names.subject,
			message,
			headersOf(message),
			expect,
		);
	}

	async last(): Promise<number> {
		const { streams } = this.#manager;
		return (await streams.info(this.#names.stream)).state.last_seq;
	}

	async leader(): Promise<string> {
		const { cluster } = await this.#manager.streams.info(this.#names.stream);
		return cluster?.leader ?? this.#connection.info?.server_name ?? "unknown";
	}

	async get(
		seq: number,
		from: "leader" | "any",
	): Promise<StreamMessage | undefined> {
		const { streams, direct } = this.#manager;
		const api = from === "leader" ? streams : direct;
		const stored = await api.getMessage(this.#names.stream, { seq });
		return stored ? parsed(seq, stored.header, stored.data) : undefined;
	}

	async getErased(seq: number): Promise<StreamMessage | undefined> {
		const copy = await this.#newestCopy(seq);
		return copy ? parsed(seq, copy.header, copy.data) : undefined;
	}

	consume(after: number, hearing: Hearing): { stop(): void } {
		const pulling = new AbortController();
		this.#pull(after, hearing, pulling.signal).then(
			() => hearing.onEnd(),
			(error) => hearing.onEnd(error),
		);
		return { stop: () => pulling.abort() };
	}

	async erase(seq: number, stripped: StreamMessage, term: number) {
		const subject = `${this.#names.erasedSubject}.${seq}`;
		const { streams } = this.#manager;
		await this.#storeCopy(subject, seq, stripped, term);
		await this.#delete(this.#names.stream, seq);
		const newest = await this.#newestCopy(seq);
		const query = { seq: 1, next_by_subj: subject };
		for (;;) {
			const copy = await streams.getMessage(this.#names.erased, query);
			if (!newest || !copy || copy.seq >= newest.seq) return;
			await this.#delete(this.#names.erased, copy.seq);
		}
	}

	async close(): Promise<void> {
		await this.#connection.close();
	}

	/** Nobody replaces a copy of a later term, nor one that was stored meanwhile. */
	async #storeCopy(
		subject: string,
		seq: number,
		stripped: StreamMessage,
		term: number,
	): Promise<void> {
		for (;;) {
			const before = await this.#newestCopy(seq);
			if (Number(before?.header.get(ERASED_IN) ?? 0) > term) return;
			const head = headersOf(stripped);
			head.set(ERASED_IN, String(term));
			try {
				const expect = { lastSubjectSequence: before?.seq ?? 0 };
				await this.#store(subject, stripped, head, expect);
				return;
			} catch (error) {
				if (!(error instanceof WrongSequence)) throw error;
			}
		}
	}

	async #newestCopy(seq: number): Promise<StoredMsg | null> {
		const last_by_subj = `${this.#names.erasedSubject}.${seq}`;
		const query = { last_by_subj };
		return this.#manager.streams.getMessage(this.#names.erased, query);
	}

	/** Overwrites a message in the files of every server, too. */
	async #delete(stream: string, seq: number): Promise<void> {
		const { streams } = this.#manager;
		try {
			await streams.deleteMessage(stream, seq, true);
		} catch (error) {
			// It may have been deleted before.
			if (await streams.getMessage(stream, { seq })) throw error;
		}
	}

	async #store(
		subject: string,
		{ bytes }: NewMessage,
		head: MsgHdrs,
		expect: { lastSequence: number } | { lastSubjectSequence: number },
	): Promise<number> {
		try {
			const client = this.#manager.jetstream();
			const options = { headers: head, expect, timeout: ANSWER_MS };
			return (await client.publish(subject, bytes, options)).seq;
		} catch (error) {
			if (WRONG.has(codeOf(error)))
				throw new WrongSequence("NATS has another last sequence");
			throw error;
		}
	}

	async #pull(after: number, hearing: Hearing, signal: AbortSignal) {
		const { stream } = this.#names;
		const { consumers } = this.#manager;
		const info = await consumers.add(stream, {
			deliver_policy: DeliverPolicy.StartSequence,
			opt_start_seq: after + 1,
			ack_policy: AckPolicy.None,
			...{ num_replicas: 1, mem_storage: true },
			inactive_threshold: nanos(IDLE_MS),
		});
		const consumer = this.#manager
			.jetstream()
			.consumers.getConsumerFromInfo(info);
		try {
			while (!signal.aborted) {
				hearing.onSign();
				const messages = await consumer.fetch({
					...{ max_messages: PULL, expires: PULL_MS },
					idle_heartbeat: HEARTBEAT_MS,
				});
				const stop = () => void messages.close();
				signal.addEventListener("abort", stop);
				void listen(messages.status(), hearing);
				for await (const { seq, headers: head, data } of messages) {
					if (signal.aborted) break;
					await hearing.onMessage(parsed(seq, head, data));
				}
				signal.removeEventListener("abort", stop);
			}
		} finally {
			consumers.delete(stream, info.name).catch(() => {});
		}
	}
}

async function listen(
	status: AsyncIterable<{ readonly type: string }>,
	hearing: Hearing,
): Promise<void> {
	for await (const { type } of status)
		if (type === "heartbeat") hearing.onSign();
}

const WRONG = new Set<number | undefined>([
	JetStreamApiCodes.StreamWrongLastSequence,
	JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]);

const TERM = "Plume-Term";
const NODE = "Plume-Node";
const KIND = "Plume-Kind";
/** On a stripped copy: the term of the sequencer that erased. */
const ERASED_IN = "Plume-Erased-In";

function headersOf({ term, node, kind }: NewMessage): MsgHdrs {
	const head = headers();
	head.set(TERM, String(term));
	head.set(NODE, node);
	head.set(KIND, kind);
	return head;
}

const KINDS = ["batch", "claim", "handover"] as const;

/** Throws `ForeignMessage`. */
function parsed(
	seq: number,
	head: MsgHdrs | undefined,
	bytes: Uint8Array,
): StreamMessage {
	const term = Number(head?.get(TERM));
	const kind = KINDS.find((word) => word === head?.get(KIND));
	if (head && kind && Number.isSafeInteger(term) && term > 0)
		return { seq, bytes, term, node: head.get(NODE), kind };
	throw new ForeignMessage(seq);
}
