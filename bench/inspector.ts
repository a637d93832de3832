/**
 * What a viewer of the inspector costs: a server's CPU time for each event,
 * first before anyone has watched, then, in turns, while one viewer watches and
 * after they left. Turns of one process are compared, because processes differ
 * by more than that. Few clients listen, so that the socket writes to them do
 * not hide the cost.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { INSPECT_PROTOCOL } from "../machines/frame.ts";
import { Crowd } from "./crowd.ts";
import { median } from "./histogram.ts";
import type { JobOf } from "./job.ts";
import { RawClient } from "./raw-client.ts";
import { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const TOKEN = "bench-token-0123456789";
const CLIENTS = 4;
const PER_SECOND = 5000;
const WARM_MS = 2000;
const TURN_MS = 1500;

export async function measureInspector(
	{ turns }: JobOf<"inspector">,
	folder: string,
) {
	const environment = { PLUME_INSPECT: TOKEN };
	const server = await ServerProcess.start("plume", folder, [], environment);
	try {
		const crowd = await Crowd.enter(speakers.plume, server, CLIENTS);
		const seconds = (WARM_MS + 3 * turns * TURN_MS) / 1000;
		const talking = crowd.talk(PER_SECOND, seconds + 1);
		await sleep(WARM_MS);
		const turn = async () => {
			const before = { us: server.cpuUs, said: crowd.said };
			await sleep(TURN_MS);
			return (server.cpuUs - before.us) / (crowd.said - before.said);
		};
		const [never, left, one]: [number[], number[], number[]] = [[], [], []];
		for (let i = 0; i < turns; i++) never.push(await turn());
		let shown = 0;
		let said = 0;
		for (let i = 0; i < turns; i++) {
			const viewer = await watch(server.port);
			const from = crowd.said;
			one.push(await turn());
			said += crowd.said - from;
			shown += viewer.leave();
			left.push(await turn());
		}
		await talking;
		crowd.leave();
		return {
			// Server CPU for each event: before anyone looked, after, and while one does.
			neverUs: median(never),
			leftUs: median(left),
			oneUs: median(one),
			// What share of the events the viewer was shown meanwhile.
			shown: shown / said,
		};
	} finally {
		await server.stop();
	}
}

/** Resolves when a viewer has its first moment. `leave` returns how many messages it was shown. */
async function watch(port: number) {
	let shown = 0;
	let begin = () => {};
	const begun = new Promise<void>((resolve) => {
		begin = resolve;
	});
	const client = await RawClient.connect({
		port,
		path: "/inspect",
		protocol: `${INSPECT_PROTOCOL}, ${TOKEN}`,
		headers: { Origin: `http://127.0.0.1:${port}` },
		onText: (text) => {
			shown += text.split('"message.posted"').length - 1;
			begin();
		},
	});
	await begun;
	const leave = () => {
		client.drop();
		return shown;
	};
	return { leave };
}
