/**
 * Every metric, and how it is read. No label has a value that someone may
 * choose, such as a room, a name or an address.
 */
import { readdir, stat, statfs } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Engine } from "../engine/engine.ts";
import type { Mail } from "../engine/logins.ts";
import type { Cluster, Reporter, States } from "../engine/parts.ts";
import type { Log } from "../log/log.ts";
import { logFolder } from "../log/reader.ts";
import { snapshotFolder } from "../log/snapshots.ts";
import type { Health } from "../transport/health.ts";
import type { SocketServer } from "../transport/socket-server.ts";

/** Read when somebody asks: what it means, and its label. What ends with `_total` only grows. */
export const readTable = {
	plume_build_info: ["1, beside the version that runs", "version"],
	plume_ready: ["1 if /readyz answers 200, else 0"],
	plume_frozen: ["1 while the disk takes no writes, else 0"],
	plume_connections: ["open connections, websocket or plain", "kind"],
	plume_clients_attached: ["clients in a room, with a connection"],
	plume_rooms: ["rooms there are"],
	plume_messages_total: ["messages said"],
	plume_logins_total: ["what became of login codes", "outcome"],
	plume_mails_total: ["what became of mails", "outcome"],
	plume_refusals_total: ["refusals, those of connections too", "rule"],
	plume_unsent_bytes: ["bytes that clients have not taken yet"],
	plume_heap_bytes: ["memory in use for objects"],
	plume_resident_bytes: ["memory of the process"],
	plume_log_bytes: ["size of the log"],
	plume_snapshot_timestamp_seconds: ["Unix time of the newest snapshot"],
	plume_disk_free_bytes: ["space left on the disk of the data folder"],
	plume_nodes: ["nodes that this one knows of, itself too"],
	plume_term: ["how often a node became the sequencer of a log on NATS"],
} as const;

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];

/** Observed as it happens: what it means, and the upper bounds of its buckets. */
export const histogramTable = {
	plume_batch_events: ["events that were stored together", EVENTS],
	plume_sync_seconds: ["time to write a batch and sync it", SECONDS],
	plume_commit_to_socket_seconds: ["time from sync to sockets", SECONDS],
	plume_event_loop_delay_seconds: ["how late a timer fires", SECONDS],
} as const;

export interface Watched {
	readonly version: string;
	readonly report: Reporter;
	readonly health: Health;
	/** Undefined for a server that is alone. */
	readonly cluster?: Pick<Cluster, "labels" | "role"> | undefined;
	readonly http: Server;
	readonly sockets: SocketServer;
	readonly engine: Engine;
	readonly states: States;
	readonly mail: Pick<Mail, "outbox">;
	readonly log: Log;
	/** The data folder; undefined if the log is in memory. */
	readonly folder: string | undefined;
}

/** One value, one for each value of the label, or undefined if there is nothing to measure. */
type Reading = number | undefined | Readonly<Record<string, number>>;

/** Reads all metrics. `counts` says how many events of each type there were. */
export async function readAll(
	{ folder, http, sockets, engine, cluster, ...watched }: Watched,
	counts: Readonly<Record<string, number>>,
): Promise<Record<keyof typeof readTable, Reading>> {
	const connections = await promisify(http.getConnections).call(http);
	const open = [...sockets.open];
	const plain = Math.max(0, connections - open.length);
	const { heapUsed, rss } = process.memoryUsage();
	const disk = folder ? await statfs(folder) : undefined;
	const log = await filesIn(folder && logFolder(folder));
	const snapshots = await filesIn(folder && snapshotFolder(folder));
	const newest = Math.max(0, ...snapshots.map(({ mtimeMs }) => mtimeMs));
	const logins = ["requested", "resent", "failed", "expired", "succeeded"];
	return {
		plume_build_info: { [watched.version]: 1 },
		plume_ready: watched.health.notReady ? 0 : 1,
		plume_frozen: +watched.log.frozen,
		plume_connections: { websocket: open.length, plain },
		plume_clients_attached: engine.attachedClients,
		plume_rooms: watched.states.committed.rooms.size,
		plume_messages_total: counts["message.posted"] ?? 0,
		plume_logins_total: Object.fromEntries(
			logins.map((outcome) => [outcome, counts[`login.${outcome}`] ?? 0]),
		),
		plume_mails_total: watched.mail.outbox.outcomes,
		plume_refusals_total: engine.services.responder.refusals.counts,
		plume_unsent_bytes: open.reduce((sum, one) => sum + one.bufferedAmount, 0),
		plume_heap_bytes: heapUsed,
		plume_resident_bytes: rss,
		plume_log_bytes: log.reduce((sum, { size }) => sum + size, 0),
		plume_snapshot_timestamp_seconds: newest / 1000 || undefined,
		plume_disk_free_bytes: disk && disk.bavail * disk.bsize,
		plume_nodes: cluster?.labels.size,
		plume_term: cluster?.role.term || undefined,
	};
}

/** The files of a folder, if there is one; one that goes meanwhile is left out. */
export async function filesIn(folder = "") {
	const names = await readdir(folder).catch(() => []);
	const files = names.map((name) => stat(join(folder, name)).catch(() => []));
	return (await Promise.all(files)).flat();
}
