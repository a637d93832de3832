/** Runs the index in a thread of its own, for `SearchThread`. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../log/disk.ts";
import { SearchDatabase } from "./database.ts";
import type { Question } from "./thread.ts";

const { folder }: { readonly folder: string | undefined } = workerData;
let database: SearchDatabase | undefined;
// The thread of those who talk goes first. On Linux this is about the thread, elsewhere about the whole process.
if (process.platform === "linux") setPriority(10);

parentPort?.on("message", ({ id, method, args }: Question) => {
	try {
		database ??= new SearchDatabase(folder);
		const value: unknown = Reflect.apply(database[method], database, args);
		parentPort?.postMessage({ id, value });
	} catch (error) {
		parentPort?.postMessage({ id, error: messageOf(error) });
	}
});
