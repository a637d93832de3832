/**
 * What it costs to be more than one process: the same load on one process, on
 * an edge and its sequencer, on one process whose log is on NATS, and on a
 * plain `ws` broadcast. Who serves people has core 0; the sequencer or the
 * nats-server shares core 1 with the generator.
 */
import { join } from "node:path";
import { NatsServers } from "../test/cluster/nats-servers.ts";
import type { JobOf, Setup } from "./job.ts";
import { load } from "./load.ts";
import { cpuUsOf, ServerProcess } from "./server-process.ts";

const SECRET = { PLUME_SECRET: "a secret that all processes share" };

interface Started {
	/** Serves people. */
	readonly front: ServerProcess;
	/** Prints the login codes. */
	readonly mailer: ServerProcess;
	/** The processor time of the processes beside it, as ServerProcess has it. */
	besideUs(): number;
	stop(): Promise<void>;
}

const starts: Readonly<Record<Setup, (folder: string) => Promise<Started>>> = {
	ws: async (folder) => alone(await ServerProcess.start("ws", folder)),
	"one process": async (folder) =>
		alone(await ServerProcess.start("plume.2", folder)),
	"edge and sequencer": async (folder) => {
		const at = join(folder, "edges.sock");
		const mailer = await ServerProcess.start(
			"plume.2",
			join(folder, "sequencer"),
			[],
			{ ...SECRET, PLUME_SEQUENCER: at },
			{ core: 1 },
		);
		const more = { ...SECRET, PLUME_UPSTREAM: at };
		const own = join(folder, "edge");
		const front = await ServerProcess.start("plume.2", own, [], more);
		return {
			...{ front, mailer, besideUs: () => mailer.cpuUs },
			stop: async () => {
				await front.stop();
				await mailer.stop();
			},
		};
	},
	"log on NATS": async (folder) => {
		// It runs where this process does, on core 1.
		const servers = await NatsServers.start(1);
		const PLUME_LOG = `nats://${servers.addresses.join()}/PLUME`;
		const more = { ...SECRET, PLUME_LOG, PLUME_NATS_REPLICAS: "1" };
		const front = await ServerProcess.start("plume.2", folder, [], more);
		return {
			...alone(front),
			besideUs: () =>
				servers.all.reduce((sum, { pid }) => sum + cpuUsOf(pid), 0),
			stop: async () => {
				await front.stop();
				await servers.stop();
			},
		};
	},
};

const alone = (front: ServerProcess): Started => ({
	...{ front, mailer: front, besideUs: () => 0 },
	stop: () => front.stop(),
});

export type EdgesMeasured = Awaited<ReturnType<typeof measureEdges>>;

export async function measureEdges(job: JobOf<"edges">, folder: string) {
	const { front, mailer, besideUs, stop } = await starts[job.setup](folder);
	const contender = job.setup === "ws" ? "ws" : "plume.2";
	const server = {
		port: front.port,
		codeFor: (name: string) => mailer.codeFor(name),
		get cpuUs() {
			return front.cpuUs;
		},
		get rssKiB() {
			return front.rssKiB;
		},
		get besideUs() {
			return besideUs();
		},
	};
	try {
		const loaded = await load({ ...job, kind: "load", contender }, server);
		return { setup: job.setup, ...loaded };
	} finally {
		await stop();
	}
}
