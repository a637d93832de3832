/** What `plume doctor` looks at where the log is on NATS. It writes nothing. */
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { Check } from "../cli/check.ts";
import { connectNats, type NatsConnection } from "./nats-connection.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { checkOptions, infoOf, namesOf, wantedStreams } from "./nats-setup.ts";
import { openReader } from "./nats-stream.ts";

const ANSWER_MS = 5000;
/** A consumer is put on any of the servers: each is met among so many. */
const TRIES = 60;

/** `monitors` are the monitoring addresses of the servers, host:port: only there they tell how they sync. */
export const natsChecks = (
	settings: NatsSettings,
	monitors: readonly string[],
): readonly Check[] => [
	...settings.servers.map(
		(server): Check => [`nats ${server}`, () => answers(settings, server)],
	),
	["stream", () => examineStream(settings, true)],
	...monitors.map(
		(monitor): Check => [
			`nats ${monitor}`,
			() => syncsAlways(settings, monitor),
		],
	),
];

async function answers(settings: NatsSettings, server: string) {
	const connection = await connectNats({ ...settings, servers: [server] });
	const { server_name: name, version } = connection.info ?? {};
	await connection.close();
	return `${name} has version ${version}`;
}

async function syncsAlways({ replicas }: NatsSettings, monitor: string) {
	const signal = AbortSignal.timeout(ANSWER_MS);
	const answer = await fetch(`http://${monitor}/jsz`, { signal });
	const { config, meta_cluster: cluster } = Object(await answer.json());
	if (Object(config).sync_always !== true)
		throw new Error(
			"a power cut on all servers loses what people have seen: set sync_interval: always in its jetstream block.",
		);
	const { cluster_size: size = 1 } = Object(cluster);
	if (size < replicas)
		throw new Error(
			`it is in a cluster of ${size}, and PLUME_NATS_REPLICAS is ${replicas}: check the routes in its configuration.`,
		);
	return `it syncs each message, in a cluster of ${size}`;
}

/** A server that is in no cluster refuses a stream of several replicas. */
function canBeMade(
	{ name, num_replicas: replicas }: ReturnType<typeof wantedStreams>[number],
	{ info }: NatsConnection,
): string {
	if (replicas > 1 && !info?.cluster)
		throw new Error(
			`${name} can't be made: the NATS server ${info?.server_name} is in no cluster, and PLUME_NATS_REPLICAS is ${replicas}. Set it to 1, or check the routes in the server's configuration.`,
		);
	return `${name} will be made`;
}

/** Whether a start can use the stream. `isDeep` also checks that each server has all of it. */
export async function examineStream(
	settings: NatsSettings,
	isDeep: boolean,
): Promise<string> {
	const connection = await connectNats(settings);
	try {
		const manager = await jetstreamManager(connection);
		const servers = new Set<string>();
		let last = 0;
		for (const wanted of wantedStreams(settings)) {
			const info = await infoOf(manager, wanted.name);
			if (!info) return canBeMade(wanted, connection);
			checkOptions(info.config, wanted);
			last ||= info.state.last_seq;
			if (!isDeep) continue;
			const { leader = ALONE, replicas = [] } = info.cluster ?? {};
			const behind = replicas.find(({ current }) => !current);
			if (behind)
				throw new Error(
					`${wanted.name} is not up to date on the server ${behind.name}: start it, or wait until it has caught up.`,
				);
			for (const name of [leader, ...replicas.map(({ name }) => name)])
				servers.add(name);
		}
		if (!isDeep) return `${last} messages in ${settings.stream}`;
		const names = [...servers].toSorted().join(", ");
		await findHole(manager, settings.stream, servers, last);
		return `${last} messages, and none is missing on ${names}`;
	} finally {
		await connection.close();
	}
}

/** The name of a server without a cluster. */
const ALONE = "the server";

/** Reads all of the stream on each of the servers. Throws for the first of them that lacks a message. */
async function findHole(
	manager: JetStreamManager,
	stream: string,
	servers: Set<string>,
	last: number,
): Promise<void> {
	for (let tries = 1; servers.size > 0; tries++) {
		const reader = await openReader(manager, stream, 0, true);
		// One without a cluster leaves out its name here.
		const [next = ALONE] = servers;
		const { server = next } = reader;
		const isNew = servers.delete(server);
		const hole = isNew && (await holeOf(manager, stream, last, reader.pull));
		reader.close();
		if (hole)
			throw new Error(
				`message ${hole} is missing on the server ${server}, whose files are damaged. While others lead the stream, stop that server, delete the folders of the stream and of its raft group, and start it again.`,
			);
		if (tries === TRIES)
			throw new Error(
				`it can't be read on ${[...servers].join(", ")}: try again.`,
			);
	}
}

/** The first message up to the last one that is left out, and was not erased. */
async function holeOf(
	{ streams }: JetStreamManager,
	stream: string,
	last: number,
	pull: () => Promise<AsyncIterable<{ readonly seq: number }>>,
): Promise<number | undefined> {
	const { erased, erasedSubject } = namesOf(stream);
	/** The first one that is missing between the two. */
	const missing = async (from: number, to: number) => {
		for (let seq = from; seq < to; seq++) {
			const query = { last_by_subj: `${erasedSubject}.${seq}` };
			if (!(await streams.getMessage(erased, query))) return seq;
		}
		return undefined;
	};
	let next = 1;
	for (let heard = 1; heard > 0 && next <= last; ) {
		heard = 0;
		for await (const { seq } of await pull()) {
			const hole = await missing(next, seq);
			if (hole) return hole;
			next = seq + 1;
			heard++;
		}
	}
	return missing(next, last + 1);
}
