/**
 * The thread that reads a log and answers what is asked about it meanwhile.
 * Beside `main` it is the only place that names the real disk; it only reads.
 */
import { parentPort, workerData } from "node:worker_threads";
import { isLone, sourcesOf } from "../cli/source.ts";
import { realDisk } from "../log/disk.ts";
import { answer } from "./answer.ts";
import { Footage } from "./footage.ts";

if (!parentPort) throw new Error("This is no program, but a thread of one.");
const port = parentPort;
const place = String(workerData);
const lone = isLone(place);
const footage = new Footage(lone);
port.on("message", ({ id, question }) => {
	const answered = answer(footage, question);
	const body = answered === undefined ? answered : JSON.stringify(answered);
	port.postMessage({ id, body });
});
const stdin = (async function* () {})();
const sources = await sourcesOf(place, { disk: realDisk, stdin });
await footage.read(realDisk, sources, lone ? undefined : place);
