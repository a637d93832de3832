/** `plume replay --inspect` as a process, and a way to ask it questions. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PROGRAM } from "./program.ts";

export interface Opened {
	readonly link: string;
	/** Asks as its page does; `headers` replace some of its headers. */
	ask(question: unknown, headers?: Record<string, string>): Promise<Response>;
	/** Ends it as Ctrl+C does; resolves to the exit code. */
	end(): Promise<number | null>;
}

export async function openLog(folder: string): Promise<Opened> {
	const child = spawn(process.execPath, [
		PROGRAM,
		"replay",
		folder,
		"--inspect",
	]);
	const ended = new Promise<number | null>((resolve) =>
		child.once("close", resolve),
	);
	const link = await new Promise<string>((resolve, reject) => {
		createInterface({ input: child.stdout }).once("line", resolve);
		void ended.then((code) => reject(new Error(`it ended with ${code}`)));
	});
	const { origin, pathname, hash } = new URL(link);
	return {
		link,
		ask: (question, headers = {}) =>
			fetch(`${origin}${pathname}`, {
				method: "POST",
				headers: {
					"content-type": "application/json",
					authorization: `Bearer ${hash.slice(1)}`,
					...{ origin, ...headers },
				},
				body: JSON.stringify(question),
			}),
		end() {
			child.kill("SIGINT");
			return ended;
		},
	};
}
