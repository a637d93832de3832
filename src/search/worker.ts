/** Runs the index in a thread of its own, for `SearchThread`. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../log/disk.ts";
import { SearchDatabase } from "./database.ts";
import type { Answer, Question } from "./thread.ts";

const { folder }: { readonly folder: string | undefined } = workerData;
let database: SearchDatabase | undefined;
// The thread of those who talk goes first. On Linux this is about the thread, elsewhere about the whole process.
if (process.platform === "linux") setPriority(10);

function answerTo(question: Question): Omit<Answer, "id"> {
	database ??= new SearchDatabase(folder);
	switch (question.kind) {
		case "begin":
			return { begin: database.begin(question.log) };
		case "apply":
			return { apply: database.apply(question.batch) };
		case "find":
			return { find: database.find(question.wanted) };
		case "close":
			database.close();
			return {};
	}
}

function answerOrError(question: Question): Omit<Answer, "id"> {
	try {
		return answerTo(question);
	} catch (error) {
		return { error: messageOf(error) };
	}
}

parentPort?.on("message", (question: Question) => {
	const { id } = question;
	parentPort?.postMessage({ id, ...answerOrError(question) });
});
