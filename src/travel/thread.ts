/**
 * The thread that reads a log and answers what is asked about it meanwhile.
 * Beside `main` it is the only place that names the real disk; it only reads.
 */
import { parentPort, workerData } from "node:worker_threads";
import { isLone, sourcesOf } from "../cli/source.ts";
import { realDisk } from "../log/disk.ts";
import { answer } from "./answer.ts";
import { LogTimeline } from "./log-timeline.ts";

if (!parentPort) throw new Error("This is no program, but a thread of one.");
const port = parentPort;
const place = String(workerData);
const stdin = (async function* () {})();
const sources = await sourcesOf(place, { disk: realDisk, stdin });
const folder = isLone(place) ? undefined : place;
const log = new LogTimeline({ disk: realDisk, sources, folder });
port.on("message", async ({ id, question }) => {
	const answered = await answer(log, question);
	const body = answered === undefined ? answered : JSON.stringify(answered);
	port.postMessage({ id, body });
});
await log.load();
