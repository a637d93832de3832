/** A bug ends the server at once, and says so. */
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { newDataFolder, Plume, run } from "./program.ts";
import { Tab } from "./tab.ts";

/** Bugs that are planted into the server, each in another kind of callback. It has them at SIGUSR2. */
const bugs: Readonly<Record<string, string>> = {
	"in a timer": `setTimeout(() => { throw new Error("a planted bug"); })`,
	"in a promise": `void Promise.reject(new Error("a planted bug"))`,
	"in a socket's callback": `
		const { port } = server.address();
		server.once("connection", () => { throw new Error("a planted bug"); });
		connect(port);`,
};

test.each(Object.entries(bugs))(
	"a bug %s ends it with 1, in words",
	async (_, bug) => {
		const script = `
		import { Server } from "node:http";
		import { connect } from "node:net";
		let server;
		const { listen } = Server.prototype;
		Server.prototype.listen = function (...args) {
			server = this;
			return listen.apply(this, args);
		};
		process.on("SIGUSR2", () => { ${bug} });
	`;
		const plume = await Plume.start({
			PLUME_DATA: await newDataFolder(),
			NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}`,
		});
		const ann = await Tab.enter(plume, "ann");
		ann.say("hello");
		plume.kill("SIGUSR2");
		expect((await plume.ended).code).toBe(1);
		expect(plume.lines.at(-1)).toMatchObject({
			level: 60,
			error: "a planted bug",
			stack: expect.stringContaining("at "),
			msg: "stopping at once",
		});
		ann.leave();
		expect((await run(["replay", "--verify", plume.data])).code).toBe(0);
	},
);

test("what was decided before a bug is committed, if the disk takes it in a second", async () => {
	const script = `
		import { open } from "node:fs/promises";
		import { Socket } from "node:net";
		const handle = await open("/dev/null");
		const disk = Object.getPrototypeOf(handle);
		await handle.close();
		const { datasync } = disk;
		let isSlow = false;
		let goOn;
		process.on("SIGUSR2", () => { isSlow = true; console.log('{"msg":"slow"}'); });
		disk.datasync = async function () {
			if (isSlow) {
				isSlow = false;
				console.log('{"msg":"syncing"}');
				await new Promise((resolve) => { goOn = resolve; });
			}
			return datasync.call(this);
		};
		const { emit } = Socket.prototype;
		Socket.prototype.emit = function (name, chunk, ...rest) {
			if (name === "data" && String(chunk).includes("second line"))
				setTimeout(() => {
					setTimeout(goOn, 100);
					throw new Error("a planted bug");
				}, 20);
			return emit.call(this, name, chunk, ...rest);
		};
	`;
	const plume = await Plume.start({
		PLUME_DATA: await newDataFolder(),
		NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}`,
	});
	const isAt = (msg: string) => plume.lines.some((line) => line.msg === msg);
	const ann = await Tab.enter(plume, "ann");
	plume.kill("SIGUSR2");
	await expect.poll(() => isAt("slow")).toBe(true);
	ann.say("first line");
	await expect.poll(() => isAt("syncing")).toBe(true);
	ann.say("second line");
	await plume.ended;
	ann.leave();
	const { stdout } = await run(["replay", plume.data, "--json"]);
	expect(JSON.parse(stdout).rooms[0].messages).toBe(2);
});

test.each([
	["of its socket", 2, { PLUME_SOCKET: "/nowhere/at/all" }],
	["of its metrics", 1, { PLUME_METRICS: "192.0.2.1:1" }],
])(
	"a start that fails because %s leaves a log that is whole",
	async (_, code, wrong) => {
		const PLUME_DATA = await newDataFolder();
		for (let start = 0; start < 2; start++)
			expect(
				await run(["serve"], { PLUME_DATA, PLUME_PORT: "0", ...wrong }),
			).toMatchObject({ code });
		const replayed = await run(["replay", "--verify", PLUME_DATA]);
		expect(replayed).toMatchObject({ code: 0, stderr: "" });
		expect(await readdir(PLUME_DATA)).not.toContain("torn");
	},
);
