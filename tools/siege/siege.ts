/** One siege: a server with default limits, the good, and perhaps the hostile. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastLine, ServerProcess } from "../../bench/server-process.ts";
import { login, People, pause } from "./people.ts";
import { PostOffice } from "./post-office.ts";
import { hostile, type World } from "./world.ts";

const ATTACKER = fileURLToPath(new URL("attacker.js", import.meta.url));
const LOOK_MS = 250;
/** How long the server may take to notice that all attackers are gone. */
const REST_SECONDS = 40;

interface Plan {
	readonly seconds: number;
	readonly proxied: boolean;
	/** `raid`: the ten go when it begins, and log in again. */
	readonly attack: "none" | "siege" | "raid";
}

export type Outcome = Awaited<ReturnType<typeof siege>>;

/** Runs the attackers to their end; answers how often they struck, by what they did. */
async function strike(
	world: World,
	{ seconds, attack }: Plan,
	session: string,
): Promise<Readonly<Record<string, number>>> {
	if (attack === "none") return {};
	const by = world.proxied ? "PROXIED" : "DIRECT";
	const args = [`${world.port}`, by, `${seconds}`, session, attack];
	return JSON.parse(await lastLine([ATTACKER, ...args]));
}

export async function siege(plan: Plan) {
	const { seconds, proxied, attack } = plan;
	const office = await PostOffice.open();
	const folder = await mkdtemp(join(tmpdir(), "plume-siege-"));
	const server = await ServerProcess.start("plume", folder, [], {
		ENV: "production",
		PLUME_HOST: "::",
		PLUME_LIMITS: "on",
		MAILGUN_APIKEY: "key-of-a-siege",
		MAILGUN_DOMAIN: "mg.example.org",
		MAILGUN_URL: office.url,
		...(proxied && { PLUME_TRUST_PROXY: "::1" }),
	});
	const world = { port: server.port, proxied };
	const people = new People({ world, office });
	/** How often each rule refused something. */
	let refusals: Readonly<Record<string, number>> = {};
	server.lines.on("refused, by rule", (line) => {
		refusals = line.refusals;
	});
	try {
		await people.enter();
		const entering = login({ world, office }, "mallory", hostile(0));
		const { client, token } = await entering;
		client.drop();
		await pause(1000);
		// Files and sockets that the server has open, before and at most and after.
		const before = server.descriptors;
		let [most, mostMiB] = [0, 0];
		const look = setInterval(() => {
			most = Math.max(most, server.descriptors);
			mostMiB = Math.max(mostMiB, server.rssKiB / 1024);
		}, LOOK_MS);
		const striking = strike(world, plan, token);
		const start = performance.now();
		if (attack === "raid") await people.enterAgain();
		const passed = (performance.now() - start) / 1000;
		const seen = await people.live(Math.max(1, seconds - passed));
		const strikes = await striking;
		for (let i = 0; i < REST_SECONDS && server.descriptors > before; i++)
			await pause(1000);
		clearInterval(look);
		const { descriptors: after } = server;
		const { mails } = office;
		people.leave();
		await server.stop();
		const figures = { strikes, mails, before, most, after, mostMiB };
		return { ...seen, ...figures, refusals };
	} finally {
		people.leave();
		await server.stop();
		office.close();
		await rm(folder, { recursive: true, force: true });
	}
}
