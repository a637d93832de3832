/**
 * Metrics for Prometheus, on a listener of their own. Without PLUME_METRICS
 * none of this is loaded. What can be read is read when somebody asks; only
 * batches are looked at as they pass.
 */
import { createServer, type Server } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { isLoopback, ownHosts } from "../transport/hosts.ts";
import { type Address, listen } from "../transport/listen.ts";
import { histogramTable, readAll, readTable, type Watched } from "./table.ts";

const MOST_CONNECTIONS = 16;
const TEXT = Registry.PROMETHEUS_CONTENT_TYPE;

/** Serves the metrics; rejects if it can't listen, with the name of the setting in the error. */
export async function serveMetrics(
	at: Address,
	watched: Watched,
): Promise<Server> {
	const textOf = metricsOf(watched);
	const isOwnHost = isLoopback(at.host) ? ownHosts(at.host, []) : () => true;
	const server = createServer(async ({ url, headers }, response) => {
		const answer = (status: number, text: string) =>
			response.writeHead(status, { "Content-Type": TEXT }).end(text);
		if (url !== "/metrics" || !isOwnHost(headers.host))
			answer(404, "Metrics are at /metrics.\n");
		else
			await textOf().then(
				(text) => answer(200, text),
				(error) => answer(500, `They can't be read: ${error}\n`),
			);
	});
	server.maxConnections = MOST_CONNECTIONS;
	const { url } = await listen(server, at).catch((error) => {
		throw Object.assign(error, { setting: "PLUME_METRICS" });
	});
	watched.report.info({ url: `${url}/metrics` }, "metrics");
	return server;
}

/** Makes a function that reads all metrics, as Prometheus takes them. */
function metricsOf(watched: Watched): () => Promise<string> {
	const registry = new Registry();
	const registers = [registry];
	/** How many events of each type were stored. */
	const counts: Record<string, number> = {};
	const read = new Map<string, Gauge | Counter>();
	for (const [name, [help, label]] of Object.entries(readTable)) {
		const Kind = name.endsWith("_total") ? Counter : Gauge;
		const labelNames = label ? [label] : [];
		read.set(name, new Kind({ name, help, labelNames, registers }));
	}
	const histograms = new Map<string, Histogram>();
	for (const [name, [help, bounds]] of Object.entries(histogramTable)) {
		const buckets = [...bounds];
		histograms.set(name, new Histogram({ name, help, buckets, registers }));
	}
	const observe = (name: keyof typeof histogramTable, value: number) =>
		histograms.get(name)?.observe(value);
	watched.health.onSample = (ms) =>
		observe("plume_event_loop_delay_seconds", ms / 1000);
	watched.log.onBatch.add(({ batch, storeMs, publishMs }) => {
		observe("plume_batch_events", batch.length);
		observe("plume_sync_seconds", storeMs / 1000);
		observe("plume_commit_to_socket_seconds", publishMs / 1000);
		for (const { event } of batch.map(({ stored }) => stored))
			counts[event.type] = (counts[event.type] ?? 0) + 1;
	});
	return async () => {
		const all = await readAll(watched, counts);
		for (const [name, reading] of Object.entries(all)) {
			const metric = read.get(name);
			metric?.reset();
			if (reading === undefined) metric?.remove();
			else if (typeof reading === "number") metric?.inc(reading);
			else
				for (const [value, count] of Object.entries(reading))
					metric?.labels(value).inc(count);
		}
		return registry.metrics();
	};
}
