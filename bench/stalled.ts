/**
 * What a client that does not read costs the others: turns of one server are
 * compared, in every other of which one more client stops reading. For some
 * seconds the kernel takes what is for it, then the server holds a quarter of
 * a MiB, closes it, and keeps that until the socket is gone. A turn's p99 is
 * decided by whatever else the machine did meanwhile, so each half second has
 * a p99 of its own. Told are all of them together, and the medians: of those
 * in which all read, of those in which one did not, and of those in which the
 * server held something.
 *
 * One stalls and goes before anything is measured: to a server that has heard
 * nothing but talk for a while, the first who goes is news, and the engine
 * throws away what it had compiled, which costs more than any stalled client.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import { Histogram, median } from "./histogram.ts";
import type { JobOf } from "./job.ts";
import type { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const SPEAKERS = 200;
const PER_SECOND = 5000;
/** Long enough for the kernel to be full, and the server to close the client; and pings fall into turns of both kinds. */
const TURN_MS = 15_000;
const PIECE_MS = 500;
const turnOf = (piece: number) => Math.floor((piece * PIECE_MS) / TURN_MS);
const WARM_MS = 10_000;
/** After the first who was closed and went. */
const SETTLE_MS = 5000;
const DRAIN_MS = 3000;
const LOOK_MS = 250;

export async function measureStalled(
	{ turns }: JobOf<"stalled">,
	server: ServerProcess,
) {
	const crowd = await Crowd.enter(speakers.plume, server, SPEAKERS + turns + 1);
	const allMs = 2 * turns * TURN_MS;
	const pieces = Array.from(
		{ length: allMs / PIECE_MS },
		() => new Histogram(),
	);
	const late = new Histogram();
	const warmMs = WARM_MS + TURN_MS + SETTLE_MS;
	const talking = crowd.talk(PER_SECOND, (warmMs + allMs) / 1000, SPEAKERS);
	await sleep(WARM_MS);
	const first = crowd.clients[SPEAKERS + turns];
	first?.pause();
	await sleep(TURN_MS);
	first?.drop();
	await sleep(SETTLE_MS);
	crowd.measure((ms) => pieces[Math.floor(ms / PIECE_MS)] ?? late);
	const start = performance.now();
	const since = (ms: number) =>
		sleep(Math.max(0, start + ms - performance.now()));
	const inKernel = mostInKernel(server);
	const stalledPieces = new Set<number>();
	let unsent = 0;
	server.lines.on("unsent", ({ most }) => {
		unsent = Math.max(unsent, most);
		const piece = Math.floor((performance.now() - start) / PIECE_MS);
		if (most > 0 && turnOf(piece) % 2 === 1) stalledPieces.add(piece);
	});
	for (let turn = 0; turn < turns; turn++) {
		await since((2 * turn + 1) * TURN_MS);
		const stalling = crowd.clients[SPEAKERS + turn];
		stalling?.pause();
		await since((2 * turn + 2) * TURN_MS);
		stalling?.drop();
	}
	await talking;
	const until = performance.now() + DRAIN_MS;
	while (!crowd.isComplete(SPEAKERS) && performance.now() < until)
		await sleep(20);
	const isComplete = crowd.isComplete(SPEAKERS);
	crowd.leave();
	const ofTurns = (odd: number) =>
		pieces.filter((_, at) => turnOf(at) % 2 === odd);
	return {
		isComplete,
		// The others' latency while all read, while one did not, and while the server held something for it.
		without: summary(ofTurns(0)),
		stalling: summary(ofTurns(1)),
		holding: summary(pieces.filter((_, at) => stalledPieces.has(at))),
		pieces: stalledPieces.size,
		// The most for any one client, in the process and in the kernel.
		unsentKiB: unsent / 1024,
		inKernelKiB: inKernel() / 1024,
	};
}

function summary(pieces: readonly Histogram[]) {
	const { p50Ms, p99Ms, maxMs } = Histogram.of(pieces).quantiles;
	const p99s = pieces.map(({ quantiles }) => quantiles.p99Ms);
	// The last is the median of the p99s of all half seconds.
	return { p50Ms, p99Ms, maxMs, pieceP99Ms: median(p99s) };
}

/** Looks at what the kernel holds for any one client, until it is asked what the most was. */
function mostInKernel(server: ServerProcess): () => number {
	let most = 0;
	const timer = setInterval(() => {
		most = Math.max(most, server.mostInKernelBytes);
	}, LOOK_MS);
	return () => {
		clearInterval(timer);
		return most;
	};
}
