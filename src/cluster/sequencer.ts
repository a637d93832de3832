/**
 * The sequencer: the node that decides. It stores the log and sends it to each
 * edge, as it is; it decides what their connections ask, as if it carried them
 * itself, and sends the answers to the edge.
 */
import { hash } from "node:crypto";
import type { Duplex } from "node:stream";
import { NODE_LOST_MS } from "../engine/engine.ts";
import type { Broadcast, Cluster } from "../engine/parts.ts";
import { eachBeat, SILENT_MS } from "./beats.ts";
import { EdgeLink, type Running } from "./edge-link.ts";
import type { EdgeParts } from "./edge-parts.ts";
import { lacks } from "./heads.ts";
import { countsOf, type NetworkCounts, sumOf } from "./network-counts.ts";
import { WrongSecret } from "./seal.ts";

type SequencerParts = Pick<EdgeParts, "about" | "seal" | "clock" | "report">;

/** One with another secret dials every two seconds. */
const WARN_MS = 60_000;

/** Equal for equal settings; it tells nothing of them. */
export const fingerprintOf = (settings: object) =>
	hash("sha256", JSON.stringify(settings), "base64url").slice(0, 12);

export class Sequencer implements Cluster {
	readonly leads = true;
	readonly isBehind = false;
	readonly wrong = undefined;
	readonly #parts: SequencerParts;
	readonly #edges = new Map<string, EdgeLink>();
	/** Edges that were here a moment ago. */
	readonly #missed = new Set<string>();
	#running: Running | undefined;
	/** By then, each node has told who is away there. */
	#isWholeAt = 0;
	#stopBeating = () => {};
	#warnedAt = Number.NEGATIVE_INFINITY;

	constructor(parts: SequencerParts) {
		this.#parts = parts;
	}

	get node(): string {
		return this.#parts.about.node;
	}

	get labels(): ReadonlyMap<string, string> {
		const edges = [...this.#edges].map(
			([node, { about }]) => [node, about.label] as const,
		);
		return new Map([[this.node, this.#parts.about.label], ...edges]);
	}

	get role() {
		return { state: "sequencer", term: 0, sequencer: this.node } as const;
	}

	start(running: Running): void {
		this.#running = running;
		this.#isWholeAt = this.#parts.clock.now() + NODE_LOST_MS;
		this.#stopBeating = eachBeat(this.#parts.clock, () => this.#beat());
	}

	/** May be started again. */
	close(): void {
		this.#running = undefined;
		this.#stopBeating();
		for (const edge of this.#edges.values()) edge.close();
		this.#missed.clear();
	}

	hasNode(node: string): boolean {
		const isThere = this.#edges.has(node) || this.#missed.has(node);
		return isThere || node === this.node;
	}

	isForeign(type: string): boolean {
		return [...this.#edges.values()].some(({ about }) => lacks(about, type));
	}

	get described(): string {
		const edges = [...this.#edges.values()].map(
			({ about: { label, version }, carries }) =>
				`${label}${version === this.#parts.about.version ? "" : ` of version ${version}`} with ${carries} connection${carries === 1 ? "" : "s"}`,
		);
		return `decides; edges: ${edges.join(", ") || "none"}`;
	}

	forward(): void {
		throw new Error("the sequencer decides itself");
	}

	ask(): Promise<never> {
		throw new Error("the sequencer answers itself");
	}

	disconnect(): void {}

	signal(signal: Broadcast, from?: EdgeLink): void {
		const at = this.#running?.log.committed ?? 0;
		for (const edge of this.#edges.values())
			if (edge !== from) edge.send({ kind: "signal", at, signal });
	}

	countNetworks(own: NetworkCounts): ReadonlyMap<string, number> {
		const edges = [...this.#edges.values()];
		for (const edge of edges) {
			const others = edges.filter((other) => other !== edge);
			const there = others.map(({ networks }) => networks);
			edge.tellNetworks(sumOf([own, ...there]));
		}
		return countsOf(sumOf(edges.map(({ networks }) => networks)));
	}

	#beat(): void {
		const now = this.#parts.clock.now();
		for (const edge of this.#edges.values())
			if (edge.heardAt < now - SILENT_MS) edge.close();
			else {
				edge.send({ kind: "beat", isFrozen: this.#running?.log.frozen });
				if (now >= this.#isWholeAt) edge.tellAway();
				edge.tellAdmins([...(this.#running?.policy.admins ?? [])]);
			}
	}

	/** An edge connects. */
	accept(socket: Duplex): void {
		const running = this.#running;
		if (!running) {
			socket.destroy();
			return;
		}
		const { seal, report, about, clock } = this.#parts;
		const edge = new EdgeLink(socket, seal, {
			...{ ...running, clock, report },
			onHello: (hello) => {
				this.#edges.get(hello.node)?.close();
				this.#edges.set(hello.node, edge);
				this.#missed.delete(hello.node);
				const { label, version } = hello;
				report.info({ edge: label, version }, "an edge is here");
				if (hello.settings !== about.settings)
					report.warn(
						{ edge: label },
						"an edge has other settings: give it the same limits, PLUME_ALLOW, PLUME_ADMINS, PLUME_RETENTION, PLUME_LANG and PLUME_PUSH_CONTACT",
					);
				const { committed } = running.log;
				const { away } = running.engine.services.liveUpdates;
				edge.send({ kind: "welcome", node: about.node, committed, away });
				void edge.sendAll(running.engine.services.ownState.all());
				const labels = [...this.labels];
				for (const each of this.#edges.values())
					each.send({ kind: "nodes", labels });
			},
			onSignal: (signal) => {
				running.engine.apply(signal);
				this.signal(signal, edge);
			},
			onClose: (error) => {
				if (error instanceof WrongSecret) this.#warnOfSecret();
				this.#lose(edge, error);
			},
		});
		// Tells the other end whether it has the same secret.
		edge.send({ kind: "beat", isFrozen: running.log.frozen });
	}

	#warnOfSecret(): void {
		const { clock, report } = this.#parts;
		if (clock.now() - this.#warnedAt < WARN_MS) return;
		this.#warnedAt = clock.now();
		report.warn({}, "an edge is turned away: it has another PLUME_SECRET");
	}

	/** An edge is gone. Its clients are lost unless it is back in time. */
	#lose(edge: EdgeLink, error: Error | undefined) {
		const { node, label } = edge.about;
		const isOver = !this.#running;
		const isLatest = this.#edges.get(node) === edge;
		if (isLatest) this.#edges.delete(node);
		if (isOver || !isLatest) return edge.forget();
		const { report, clock } = this.#parts;
		if (edge.isLeaving) report.info({ edge: label }, "an edge has stopped");
		else report.warn({ edge: label, error: error?.message }, "an edge is gone");
		this.#missed.add(node);
		const silentMs = clock.now() - edge.heardAt;
		clock.after(Math.max(0, NODE_LOST_MS - silentMs), () => {
			edge.forget();
			if (this.#missed.delete(node)) this.#running?.engine.loseNodes();
		});
	}
}
