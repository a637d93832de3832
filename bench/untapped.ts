/**
 * What the tap costs while nobody looks: the program beside a copy of it that
 * has no place where one could be put on, which replays and serves the same.
 * The copy is cut from the built files, and what has to be cut is written
 * here; if more or less of it is found, nothing is measured.
 */
import {
	copyFile,
	cp,
	readdir,
	readFile,
	symlink,
	writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeHistory } from "./history.ts";
import type { LoadJob, Pair, UntappedJob, UntappedMeasured } from "./job.ts";
import { load } from "./load.ts";
import { run } from "./replay.ts";
import { PLUME, ServerProcess } from "./server-process.ts";

const EVENTS = 200_000;
const LOAD: LoadJob = {
	kind: "load",
	contender: "plume",
	clients: 200,
	perSecond: 5000,
	seconds: 4,
};

/** In the folder of the built engine: what asks whether somebody looks, and what is left of it. */
const CUTS: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
	"fold.js": [[/state\.onlooker\?\.onMoved\(entry\)\(\);/, ""]],
	"pipeline.js": [
		[/const show = this\.#state\.onlooker\?\.onMoved\(stored\);/, ""],
		[/show\?\.\(\);/, ""],
	],
	"state.js": [
		[/replaying && !this\.onlooker/, "replaying"],
		[/for \(const each of all\)\s+this\.onlooker\?\.onMoving\(each\);/, ""],
		[/if \(!this\.onlooker\)\s+for/, "for"],
		[/this\.onlooker\?\.onActor\(incarnation, opened\);/, ""],
		[/this\.onlooker\?\.onActor\(client, begun\);/, ""],
		[/this\.onlooker\?\.onGone\(this\.#room\(event\)\);/, ""],
		[/this\.onlooker\?\.onGone\(live\);/, ""],
		[/^ *#onlooker;$/m, ""],
		[/get onlooker\(\) \{[^}]*\}\s+set onlooker\(onlooker\) \{[^}]*\}/, ""],
	],
};

export async function measureUntapped(
	{ round }: UntappedJob,
	folder: string,
): Promise<UntappedMeasured> {
	const copy = await cut(join(folder, "untapped"));
	const history = join(folder, "history");
	await writeHistory(history, EVENTS);
	const replayed = await inTurns(round, copy, async (program) => {
		const ms = await run([program, "replay", history, "--verify"]);
		return (EVENTS / ms) * 1000;
	});
	const served = await inTurns(round, copy, async (program, turn) => {
		const data = join(folder, turn);
		const server = await ServerProcess.start("plume", data, [], {}, program);
		try {
			return await load(LOAD, server);
		} finally {
			await server.stop();
		}
	});
	const { tapped, untapped } = served;
	const of = (figure: "cpuUs" | "p50Ms"): Pair => ({
		tapped: tapped[figure],
		untapped: untapped[figure],
	});
	return { pairs: { replayed, cpuUs: of("cpuUs"), p50Ms: of("p50Ms") } };
}

/** Both, the other one first in every other round. */
async function inTurns<Figure>(
	round: number,
	copy: string,
	measure: (program: string, turn: string) => Promise<Figure>,
): Promise<{ tapped: Figure; untapped: Figure }> {
	const first = round % 2 === 0 && (await measure(copy, "first"));
	const tapped = await measure(PLUME, "tapped");
	return { tapped, untapped: first || (await measure(copy, "untapped")) };
}

/** Makes the copy in a folder, and answers its program. */
async function cut(folder: string): Promise<string> {
	const built = join(dirname(PLUME), "..");
	for (const part of ["src", "machines", "static"])
		await cp(join(built, part), join(folder, part), { recursive: true });
	const root = join(built, "..");
	await copyFile(join(root, "package.json"), join(folder, "package.json"));
	await symlink(join(root, "node_modules"), join(folder, "node_modules"));
	for (const [file, cuts] of Object.entries(CUTS)) {
		const path = join(folder, "src", "engine", file);
		let code = await readFile(path, "utf8");
		for (const [what, left] of cuts) {
			if (!what.test(code)) throw new Error(`${file} has no ${what.source}`);
			code = code.replace(what, left);
		}
		await writeFile(path, code);
	}
	await expectNoTap(join(folder, "src"));
	return join(folder, "src", "main.js");
}

/** But for the tap itself, which nothing asks for any more. */
async function expectNoTap(folder: string): Promise<void> {
	for (const file of await readdir(folder, { recursive: true }))
		if (file.endsWith(".js") && file !== join("inspect", "tap.js")) {
			const code = await readFile(join(folder, file), "utf8");
			if (code.includes(".onlooker")) throw new Error(`${file} has more of it`);
		}
}
