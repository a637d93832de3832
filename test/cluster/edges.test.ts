/** People on several edges of one sequencer are in one chat. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Link } from "../../src/cluster/link.ts";
import { Seal, WrongSecret } from "../../src/cluster/seal.ts";
import { operator } from "../../src/engine/commands/actor.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { WrongCopy } from "../../src/log/evidence.ts";
import type { memoryDisk } from "../../src/log/memory-disk.ts";
import { copyOf } from "../fakes/copy-of-disk.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { readAll, Witness } from "../log/entries.ts";
import { newDataFolder } from "../program/program.ts";
import { seededBytes, type TestServerOptions } from "../test-server.ts";
import { Story } from "./story.ts";
import { type EdgeNode, World } from "./world.ts";

async function open() {
	const world = await World.open(2);
	const [one, two] = world.edges;
	if (!one || !two) throw new Error("no edges");
	return { world, one, two };
}

async function textOn(disk: ReturnType<typeof memoryDisk>): Promise<string> {
	let all = "";
	for (const name of await disk.list("log"))
		for await (const chunk of disk.read(`log/${name}`)) all += chunk;
	return all;
}

const hashes = ({ edges, sequencer }: World) =>
	new Set([sequencer, ...edges].map(({ server }) => server.state.hash()));

test("two people on two edges talk, and every node comes to the same state", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben", "classic");
	expect([ann.isIn, ben.isIn]).toEqual([true, true]);
	ann.say("hello", 1);
	await world.settle();
	ben.say("hello yourself");
	await world.settle();
	const said = ["ann: hello", "ben: hello yourself"];
	expect(ann.lines).toEqual(said);
	expect(ben.lines).toEqual(["ben: entered chat", ...said]);
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
	expect(hashes(world).size).toBe(1);
	const log = await textOn(world.sequencer.disk);
	for (const { disk } of world.edges) expect(await textOn(disk)).toBe(log);
});

describe("an edge that comes before its sequencer", () => {
	async function early(options: TestServerOptions) {
		const said: string[] = [];
		const world = await World.open(0, {
			onWaiting: (why) => said.push(why),
			report: { info() {}, warn: (_, message) => said.push(message) },
			...options,
		});
		world.isConnected = false;
		const starting = world.startEdge("early");
		// A rejection is looked at later.
		starting.catch(() => {});
		await world.advance(4900);
		expect(said).toEqual([]);
		await world.advance(200);
		return { said, world, starting };
	}

	test("says what it waits for", async () => {
		const { said, world, starting } = await early({});
		expect(said).toEqual([
			"waiting: the sequencer can't be reached. Is it running, with the same PLUME_SECRET?",
			"the sequencer can't be reached",
		]);
		world.isConnected = true;
		await world.advance(3000);
		expect((await starting).edge.wrong).toBeUndefined();
	});

	test("takes nobody out of a queue who waits there", async () => {
		const { said } = await early({ hasQueue: true });
		expect(said).toEqual([
			"waiting: the sequencer can't be reached. Is it running, with the same PLUME_SECRET?",
		]);
	});

	test("ends if it can't listen, as it would later", async () => {
		const taken = new Error("the port is in use");
		const { starting } = await early({
			onWaiting: () => Promise.reject(taken),
		});
		await expect(starting).rejects.toBe(taken);
	});
});

test("a page is told which node carries it, as the operator calls it", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	const named = [ann, ben].map((one) => one.last(types.welcome)?.node);
	expect(named).toEqual(["edge1", "edge2"]);
});

test("who is here is listed with the node that carries them, on every node", async () => {
	const { world, one, two } = await open();
	await world.enter(one, "ann");
	await world.enter(two, "ben");
	for (const { server } of [world.sequencer, one, two])
		expect(await server.operate("who")).toEqual([
			"ann  lobby  1 tab  edge1",
			"ben  lobby  1 tab  edge2",
		]);
});

test("the bot greets a newcomer before others hear of them", async () => {
	const { world, one } = await open();
	const ann = await world.enter(one, "ann");
	const heard = ann.received.map(({ kind, text }) => kind ?? text);
	const greeting = heard.findIndex((text) => `${text}`.startsWith("Hello ann"));
	expect(greeting).toBeGreaterThan(0);
	expect(heard.indexOf("entered")).toBeGreaterThan(greeting);
});

test("a session resumes on another edge: what was missed arrives, and nobody left", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	ann.hangUp();
	await world.settle();
	ben.say("while you were away", 1);
	await world.settle();
	const back = two.server.connect("plume.2");
	back.open(ann.memory);
	await world.settle();
	expect(back.lines).toEqual(["ben: while you were away"]);
	expect(ben.items.map(({ kind }) => kind)).not.toContain("left");
	back.say("I am back", 1);
	await world.settle();
	expect(ben.lines).toEqual(["ben: while you were away", "ann: I am back"]);
});

test("a tab that is opened on another edge takes over: the first is closed for good", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const again = two.server.connect("plume.2");
	again.open(ann.memory);
	await world.settle();
	expect(ann.closed?.code).toBe(4001);
	expect(again.isIn).toBe(true);
	again.say("here", 1);
	await world.settle();
	expect(again.lines).toEqual(["ann: here"]);
});

test("a code asked for on one edge is entered on another", async () => {
	const { world, one, two } = await open();
	const ann = one.server.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await world.settle();
	const pending = ann.last(types.pending)?.pending;
	const phone = two.server.connect("plume.2");
	phone.open({ pending });
	await world.settle();
	phone.auth(world.sequencer.server.mailer.codeFor("ann@example.org"));
	await world.settle();
	expect(phone.isIn).toBe(true);
});

test("who types and who is away is seen on every edge", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	await world.advance(2000);
	ann.publish("typing");
	await world.advance(2000);
	const typing = ben.received.filter(({ kind }) => kind === "typing");
	expect(typing[0]).toMatchObject({ clients: [{ name: "ann" }] });
	ann.publish("presence", { away: true });
	await world.advance(6000);
	const away = (person: typeof ben) =>
		person.received.flatMap(({ kind, members }) =>
			kind === "presence" ? JSON.stringify(members) : [],
		);
	expect(away(ben).at(-1)).toContain('"away":true');
	// An edge that starts later knows it, too.
	const third = await world.startEdge("edge3");
	const cem = await world.enter(third, "cem");
	await world.advance(2000);
	const list = cem.received.find(({ kind }) => kind === "members");
	expect(list?.members).toContainEqual(
		expect.objectContaining({ name: "ann", away: true }),
	);
});

test("a newcomer is welcomed once, though the edge must read what it shows them", async () => {
	const environment = { PLUME_LIMIT_ROOM_MEMORY_BYTES: "262144" };
	const world = await World.open(2, { environment });
	const [one, two] = world.edges;
	if (!one || !two) throw new Error("no edges");
	const ann = await world.enter(one, "ann");
	for (let n = 1; n <= 50; n++) {
		ann.say("long ".repeat(700), n);
		await world.advance(250);
	}
	const ben = await world.enter(two, "ben");
	expect(
		ben.received.filter(({ type }) => type === types.welcome),
	).toHaveLength(1);
	const offsets = ben.items.map(({ offset }) => offset);
	expect(offsets).toEqual([...new Set(offsets)]);
	expect(ben.lines.length).toBeGreaterThan(20);
});

test("what is deleted is gone from every mirror before anyone hears of it", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	ann.say("a secret of mine", 1);
	await world.settle();
	const { epoch, offset: target } = ann.memory;
	const seen: Promise<string>[] = [];
	ben.onFrame = ({ kind }) => {
		if (kind === "erased") seen.push(textOn(two.disk));
	};
	ann.erase({ room: "lobby", epoch, target, id: "e" });
	await world.settle();
	expect(seen).toHaveLength(1);
	for (const disk of [one.disk, two.disk, world.sequencer.disk])
		expect(await textOn(disk)).not.toContain("a secret of mine");
	expect(await seen[0]).not.toContain("a secret of mine");
	expect(ann.received.at(-1)).toMatchObject({ type: types.erase, id: "e" });
});

test("who has erased all they said is told so before they are logged out", async () => {
	const world = await World.open(1);
	const [edge] = world.edges;
	const ann = edge && (await world.enter(edge, "ann"));
	if (!ann) throw new Error("no edge");
	ann.say("secret", 1);
	await world.settle();
	ann.erase({ mine: true, id: "all" });
	await world.advance(1000);
	expect(ann.received.at(-1)).toMatchObject({ done: true, id: "all" });
	expect(ann.closed?.code).toBe(4002);
});

test("who has erased all is told so on an edge though others speak meanwhile", async () => {
	const world = await World.open(0, { environment: { PLUME_LIMITS: "off" } });
	await world.killSequencer();
	const disk = new FakeDisk();
	await world.startSequencer(disk);
	const edge = await world.startEdge("edge1");
	const ann = await world.enter(edge, "ann");
	const ben = await world.enter(world.sequencer, "ben");
	const turn = () => new Promise((then) => setImmediate(then));
	disk.interrupt = async ({ kind }) => {
		for (let left = kind === "sync" ? 3 : 0; left > 0; left--) await turn();
		return undefined;
	};
	ann.erase({ mine: true, id: "all" });
	for (let nth = 1; !ann.closed && nth < 1000; nth++) {
		ben.say("a line", nth);
		await turn();
	}
	expect(ann.closed?.code).toBe(4002);
	expect(ann.last(types.erase)).toMatchObject({ done: true, id: "all" });
});

describe("while the sequencer is away", () => {
	async function alone() {
		const { world, one, two } = await open();
		const ann = await world.enter(one, "ann");
		const ben = await world.enter(two, "ben");
		const disk = await world.killSequencer();
		await world.settle();
		return { world, one, two, ann, ben, disk };
	}

	test("people are told after 2.5 seconds, and stay connected", async () => {
		const { world, ann } = await alone();
		await world.advance(2400);
		expect(ann.last(types.refused)).toBeUndefined();
		await world.advance(200);
		expect(ann.last(types.refused)).toMatchObject({ code: "sequencerIsThere" });
		expect(ann.closed).toBeUndefined();
	});

	test("people are told when it is back, speakers or not", async () => {
		const { world, ann, ben, disk } = await alone();
		await world.advance(3000);
		for (const one of [ann, ben])
			expect(one.news().at(-1)).toMatchObject({ code: "sequencerIsThere" });
		await world.startSequencer(disk);
		await world.advance(3000);
		for (const one of [ann, ben])
			expect(one.last(types.ack)).toMatchObject({ room: "lobby", last: 0 });
	});

	test("a person who was refused something is told when it is back, however soon", async () => {
		const { world, ann, disk } = await alone();
		ann.erase({ mine: true, id: "all" });
		expect(ann.last(types.refused)).toMatchObject({ code: "sequencerIsThere" });
		await world.startSequencer(disk);
		await world.advance(1000);
		expect(ann.last(types.ack)).toMatchObject({ last: 0 });
	});

	test("people are told within five seconds that it hangs", async () => {
		const { world, one, two } = await open();
		const ann = await world.enter(one, "ann");
		const ben = await world.enter(two, "ben");
		world.isSilent = true;
		ann.say("are you there?", 1);
		await world.advance(5000);
		for (const { closed, received } of [ann, ben])
			expect([closed, received.at(-1)?.code]).toEqual([
				undefined,
				"sequencerIsThere",
			]);
		world.isSilent = false;
		await world.advance(5000);
		// By now the edges were lost: their people come back.
		const [annAgain, benAgain] = [ann, ben].map(({ memory, closed }) => {
			expect(closed?.code).toBe(1012);
			const person = one.server.connect("plume.2");
			person.open(memory);
			return person;
		});
		await world.settle();
		annAgain?.say("are you there?", 1);
		await world.settle();
		expect(benAgain?.lines).toEqual(["ann: are you there?"]);
	});

	test("a numbered line waits, and is said once", async () => {
		const { world, ann, ben, disk } = await alone();
		ann.say("wait for me", 1);
		await world.advance(1000);
		expect(ann.last(types.refused)).toBeUndefined();
		await world.startSequencer(disk);
		await world.advance(3000);
		expect(ben.lines).toEqual(["ann: wait for me"]);
		expect(ann.last(types.ack)).toMatchObject({ last: 1 });
		expect(hashes(world).size).toBe(1);
	});

	test("a line that was decided, and not answered, is said once", async () => {
		const { world, one } = await open();
		const ann = await world.enter(one, "ann");
		ann.say("did you hear me?", 1);
		// It may be anywhere on its way.
		for (let turns = 0; turns < 4; turns++)
			await new Promise((resolve) => setImmediate(resolve));
		await world.startSequencer(await world.killSequencer());
		await world.advance(3000);
		expect(ann.lines).toEqual(["ann: did you hear me?"]);
	});

	test("anything else is refused, and can be asked for again", async () => {
		const { world, one, ann } = await alone();
		ann.erase({ mine: true, id: "all" });
		const newcomer = one.server.connect("plume.2");
		newcomer.hello("cem", "cem@example.org");
		await world.settle();
		expect(ann.last(types.refused)).toMatchObject({
			...{ code: "sequencerIsThere", id: "all", retryAfter: 1000 },
		});
		expect(JSON.stringify(newcomer.received)).toContain("sequencerIsThere");
	});

	test("who erases all they said is told that it is not done", async () => {
		const world = await World.open(1, {
			environment: { PLUME_LIMITS: "off" },
		});
		const [edge] = world.edges;
		const ann = edge && (await world.enter(edge, "ann"));
		if (!ann) throw new Error("no edge");
		for (let n = 1; n <= 600; n++) ann.say(`${n}`, n);
		await world.settle();
		ann.onFrame = ({ kind }) => {
			if (kind !== "erased") return;
			ann.onFrame = undefined;
			void world.killSequencer();
		};
		ann.eraseAll();
		await world.advance(1000);
		expect(ann.last(types.refused)).toMatchObject({
			...{ code: "sequencerIsThere", re: types.erase },
		});
	});

	test("who closes their tab leaves once it is back", async () => {
		const { world, ann, ben, disk } = await alone();
		ann.hangUp();
		await world.startSequencer(disk);
		await world.advance(70_000);
		expect(ben.closed).toBeUndefined();
		expect(ben.last(types.system)).toMatchObject({
			...{ kind: "left", user: { name: "ann" } },
		});
	});

	test("what was said earlier can be read", async () => {
		const { world, one } = await open();
		const ann = await world.enter(one, "ann");
		ann.say("earlier", 1);
		await world.settle();
		void world.killSequencer();
		const { epoch } = ann.memory;
		ann.askHistory({ room: "lobby", epoch, before: 3, id: "h" });
		await world.settle();
		expect(ann.received.at(-1)).toMatchObject({ id: "h" });
		expect(ann.last(types.refused)).toBeUndefined();
	});
});

test("after a restart of the sequencer nobody was away", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	await world.startSequencer(await world.killSequencer());
	await world.advance(70_000);
	expect(ann.closed).toBeUndefined();
	const kinds = ben.received.map(({ kind }) => kind);
	expect(kinds).not.toContain("left");
	expect(JSON.stringify(ben.received)).not.toContain('"away":true');
});

test("the people of an edge that dies are away after five seconds, and leave a minute later", async () => {
	const { world, one, two } = await open();
	await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	await world.advance(2000);
	void world.killEdge(one);
	await world.advance(4800);
	expect(JSON.stringify(ben.received)).not.toContain('"away":true');
	await world.advance(2000);
	expect(JSON.stringify(ben.received)).toContain('"away":true');
	await world.advance(60_000);
	expect(ben.last(types.system)).toMatchObject({
		...{ kind: "left", user: { name: "ann" } },
	});
});

test("after a restart of the sequencer it is known who is away", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	await world.advance(2000);
	ann.publish("presence", { away: true });
	await world.advance(2000);
	const learn = vi.spyOn(two.server.engine.services.liveUpdates, "apply");
	await world.startSequencer(await world.killSequencer());
	await world.advance(3000);
	const { away } = world.sequencer.server.engine.services.liveUpdates;
	expect(away).toMatchObject([{ room: "lobby", away: true }]);
	for (const [{ away }] of learn.mock.calls) expect(away).toBe(true);
});

test.each<[string, (world: World) => Promise<() => unknown>]>([
	[
		"one edge can't reach the sequencer",
		async ({ edges }) => {
			edges[1]?.edge.redial();
			return () => {};
		},
	],
	[
		"there is no sequencer",
		async (world) => {
			const disk = await world.killSequencer();
			await world.settle();
			return () => world.startSequencer(disk);
		},
	],
])("who comes back while %s is away nowhere", async (_, breaks) => {
	const { world, one, two } = await open();
	const people = [await world.enter(one, "ann"), await world.enter(two, "ben")];
	const says = (away: boolean) => {
		for (const person of people) person.publish("presence", { away });
	};
	await world.advance(2000);
	says(true);
	await world.advance(2000);
	const awayOn = ({ server }: Pick<EdgeNode, "server">) =>
		server.engine.services.liveUpdates.away;
	expect(awayOn(world.sequencer)).toHaveLength(2);
	const mend = await breaks(world);
	says(false);
	await world.settle();
	await mend();
	await world.advance(6000);
	for (const node of [world.sequencer, one, two])
		expect(awayOn(node)).toEqual([]);
});

test("who comes back while an edge that is behind loses its link is not away there", async () => {
	const { world, one, two } = await open();
	const ann = await world.enter(one, "ann");
	const { segments } = world.sequencer.server.log;
	const awayOnTwo = () => two.server.engine.services.liveUpdates.away;
	two.edge.redial();
	ann.say("hello", 1);
	await world.settle();
	Object.assign(segments, {
		async *bytes() {
			yield await new Promise<never>(() => {});
		},
	});
	await world.advance(2000);
	ann.publish("presence", { away: true });
	await world.advance(2000);
	expect(awayOnTwo()).toEqual([]);
	two.edge.redial();
	ann.publish("presence", { away: false });
	await world.settle();
	Reflect.deleteProperty(segments, "bytes");
	await world.advance(2000);
	expect(two.server.log.committed).toBe(world.sequencer.server.log.committed);
	expect(awayOnTwo()).toEqual([]);
});

const FAULTS = [
	"kill the sequencer",
	"kill an edge",
	"cut",
	"hang up",
] as const;

const RUNS = Number(process.env.TEST_RUNS ?? 25);

test(
	"whatever fails, each line is said once, in one order, and all nodes agree",
	async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer(),
				fc.array(fc.constantFrom(...FAULTS), { minLength: 2, maxLength: 6 }),
				storyHolds,
			),
			// A shorter story takes longer to find than a test may take.
			{ numRuns: RUNS, endOnFailure: true },
		);
		// A story takes a second, and several where other tests have the cores.
	},
	60_000 + RUNS * 5000,
);

async function storyHolds(
	seed: number,
	faults: readonly (typeof FAULTS)[number][],
) {
	const random = seeded(seed);
	const world = await World.open(3, { environment: { PLUME_LIMITS: "off" } });
	const story = await Story.begin({
		random,
		nodes: () => world.edges,
		enter: (node, name) => world.enter(node, name),
		advance: (ms) => world.advance(ms),
		stored: async () => {
			const disks = [world.sequencer, ...world.edges].map(({ disk }) => disk);
			return (await Promise.all(disks.map(textOn))).join();
		},
	});
	for (const fault of faults) {
		for (let nth = 0; nth < 3; nth++) await story.talk();
		if (fault === "kill the sequencer") {
			const disk = await world.killSequencer();
			await story.live(random(8000));
			await world.startSequencer(disk);
		} else if (fault === "kill an edge") {
			const disk = await world.killEdge(story.anyNode());
			await story.talk();
			await world.startEdge("edge", random(2) ? disk : undefined);
		} else if (fault === "cut") world.cut();
		else story.hangUp();
		await story.talk();
	}
	await story.end();
	await story.expectOneOrder();
	expect(hashes(world).size).toBe(1);
}

test("each node knows how many connections a network has on the others", async () => {
	const { world, one, two } = await open();
	const net = "10.0.0.0/24";
	const known = async () => {
		const nodes = [world.sequencer.sequencer, ...world.edges];
		const count = () =>
			nodes.map((node, nth) => {
				const it = "edge" in node ? node.edge : node;
				return it.countNetworks([[net, nth + 2]]).get(net);
			});
		// Told in one second, summed in the next.
		for (let seconds = 0; seconds < 2; seconds++) {
			count();
			await world.settle();
		}
		return count();
	};
	expect(await known()).toEqual([7, 6, 5]);
	void world.killEdge(two);
	expect(await known()).toEqual([3, 2]);
	world.cut();
	await world.settle();
	expect(one.edge.countNetworks([]).get(net)).toBeUndefined();
	await world.advance(1000);
	expect(await known()).toEqual([3, 2]);
});

test("the sequencer warns of an edge that died, and of none that was stopped", async () => {
	const { world, one, two } = await open();
	one.edge.close();
	await world.settle();
	expect(world.warnings).toEqual([]);
	void world.killEdge(two);
	await world.settle();
	expect(world.warnings).toEqual(["an edge is gone"]);
});

test("who is banned is sent away from every edge, with the reason", async () => {
	const world = await World.open(1, {
		environment: { PLUME_ADMINS: "ann@example.org" },
	});
	const [one] = world.edges;
	if (!one) throw new Error("no edge");
	const ann = await world.enter(one, "ann");
	const troll = await world.enter(one, "troll");
	ann.say("@plumebot ban troll being rude");
	await world.settle();
	expect(troll.closed).toMatchObject({ code: 4003 });
	expect(troll.closed?.reason).toContain("being rude");
	expect(ann.received.some(({ text }) => `${text}`.includes("banned"))).toBe(
		true,
	);
});

/** The owner of a name, as the page of that node has them for an admin. */
function adminOn({ server }: EdgeNode, name: string) {
	const { names } = server.state.server.context;
	const { identity = "" } = names.get(name) ?? {};
	return { identity, person: identity, role: "admin" } as const;
}

describe("what an operator asks of an edge", () => {
	test("may have been done where the sequencer is gone before it answers", async () => {
		const { world, one } = await open();
		const asked = one.server.operate("say", "lobby", "We move on Sunday.");
		const refused = expect(asked).rejects.toThrow("See whether this was done");
		void world.killSequencer();
		await world.settle();
		await refused;
	});

	test("is refused in words where the sequencer has mistakes in its settings", async () => {
		const again = { PLUME_LIMIT_ROOMS: "many" };
		const world = await World.open(1, { again });
		const asked = world.edges[0]?.edge.ask("reload", [], operator);
		await expect(asked).rejects.toThrow("PLUME_LIMIT_ROOMS");
	});

	test("is refused in words where the sequencer is older than the command", async () => {
		const { one } = await open();
		const asked = one.edge.ask(JSON.parse('"poll"'), [], operator);
		await expect(asked).rejects.toThrow("of an older version");
	});

	describe("a code for somebody", () => {
		const email = "ann@example.org";

		test("is handed over when they ask for it, and what it waits for is told at once", async () => {
			const { world, one, two } = await open();
			const { signal } = new AbortController();
			const lines = one.server.operator.run("code", ["ann", email], signal);
			const { value: waits } = await lines.next();
			expect(waits).toContain("Nobody waits for a code as ann");
			const code = lines.next();
			const ann = two.server.connect("plume.2");
			ann.hello("ann", email);
			await world.settle();
			ann.auth(`${(await code).value}`);
			await world.settle();
			expect(ann.isIn).toBe(true);
		});

		test("is waited for no longer than the operator does, so the mailed one works", async () => {
			const { world, one } = await open();
			const gone = new AbortController();
			const args = ["ann", email];
			const lines = one.server.operator.run("code", args, gone.signal);
			await lines.next();
			const end = expect(lines.next()).rejects.toThrow("Nobody asked");
			gone.abort();
			await end;
			const ann = await world.enter(one, "ann");
			expect(ann.isIn).toBe(true);
		});

		test("is not waited for by a sequencer whose edge is older", async () => {
			const { one } = await open();
			const asked = one.edge.ask("code", ["ann", email], operator);
			await expect(asked).rejects.toThrow("Nobody asked");
		});
	});

	describe("after PLUME_ADMINS has changed", () => {
		const PLUME_ADMINS = "ann@example.org";

		async function changed() {
			const environment = { PLUME_ADMINS: `${PLUME_ADMINS},ben@example.org` };
			const again = { PLUME_ADMINS };
			const world = await World.open(1, { environment, again });
			const [one] = world.edges;
			if (!one) throw new Error("no edge");
			await world.enter(one, "ben");
			return { world, one, ben: adminOn(one, "ben") };
		}

		test("is read by that node, and by the one that decides", async () => {
			const { one } = await changed();
			const says = await one.server.operate("reload");
			const read = says.filter((line) => line.startsWith("Read again"));
			expect(read).toHaveLength(2);
		});

		test("is read by that node, though the one that decides can't be reached", async () => {
			const { world, one } = await changed();
			await world.killSequencer();
			await world.settle();
			await expect(one.server.operate("reload")).rejects.toThrow(
				/^Read again: .* That was this node\. The one that decides says: The seq/,
			);
		});

		test("does nothing for one who was an admin, from the reload on", async () => {
			const { world, one, ben } = await changed();
			await world.sequencer.server.operate("reload");
			const asked = one.edge.ask("close", [], ben);
			await expect(asked).rejects.toThrow("Only an admin");
		});

		test("answers them no table on any node", async () => {
			const { world, one, ben } = await changed();
			const table = async () => one.server.operator.ask("who", [], ben);
			expect(await table()).toHaveProperty("rows");
			await world.sequencer.server.operate("reload");
			await world.advance(1000);
			await expect(table()).rejects.toThrow("Only an admin");
		});

		test("answers none to one who is an admin by the settings of an edge alone", async () => {
			const { world, ben } = await changed();
			const again = { PLUME_ADMINS: "ben@example.org" };
			const two = await world.startEdge("edge2", undefined, { again });
			await world.sequencer.server.operate("reload");
			await world.advance(1000);
			await two.server.operate("reload");
			const table = async () => two.server.operator.ask("who", [], ben);
			await expect(table()).rejects.toThrow("Only an admin");
		});
	});

	test("by the admin page tells how the sequencer is", async () => {
		const environment = { PLUME_ADMINS: "ann@example.org" };
		const world = await World.open(1, { environment });
		const [one] = world.edges;
		if (!one) throw new Error("no edge");
		await world.enter(one, "ann");
		const ann = adminOn(one, "ann");
		const shown = await one.server.operator.ask("status", [], ann);
		expect(JSON.stringify(shown)).toContain('"1 sent"');
		const own = await one.server.operate("status");
		expect(own.join()).toContain("an edge");
	});

	test("may be done to an admin, and is undone on the command line", async () => {
		const environment = { PLUME_ADMINS: "ann@example.org" };
		const world = await World.open(1, { environment });
		const [one] = world.edges;
		if (!one) throw new Error("no edge");
		await world.enter(one, "ann");
		const says = await one.server.operate("mute", "lobby", "ann");
		expect(says.join()).toContain("plume unmute lobby ann");
		const [renamed] = await one.server.operate("rename", "ann", "anna");
		expect(renamed).toBe("ann is anna now.");
	});

	test("ends no sequencer whose disk can't be read", async () => {
		const environment = { PLUME_LOG: "file", PLUME_DATA: "/nowhere" };
		const world = await World.open(1, { environment });
		const asked = world.edges[0]?.edge.ask("status", [], operator);
		await expect(asked).rejects.toThrow("ENOENT");
	});
});

test("what a newer version logged is taken by no mirror, and the words name it", async () => {
	const { world, one } = await open();
	const { clock, sequencer } = world;
	const newer = memoryLog("newer", clock, await copyOf(sequencer.disk));
	await readAll(newer);
	new Witness(newer);
	const batches: Buffer[] = [];
	newer.onBatch.add(({ bytes }) => batches.push(Buffer.from(bytes)));
	const poll = { type: "poll.opened", time: clock.now(), room: "lobby" };
	newer.append([{ event: JSON.parse(JSON.stringify(poll)) }]);
	await newer.close();
	await expect(one.server.log.mirror(Buffer.concat(batches))).rejects.toThrow(
		/poll.opened is unknown to .*: a newer version logged it/,
	);
});

test("a mirror that lost its sequencer in the middle of a batch goes on from there", async () => {
	const world = await World.open(1, { environment: { PLUME_LIMITS: "off" } });
	const [edge] = world.edges;
	if (!edge) throw new Error("no edge");
	const ann = await world.enter(world.sequencer, "ann");
	world.isConnected = false;
	world.cut();
	for (let n = 1; n <= 20; n++) ann.say("long ".repeat(700), n);
	await world.settle();
	const { log } = edge.server;
	const mirror = log.mirror.bind(log);
	log.mirror = async (bytes) => {
		log.mirror = mirror;
		await mirror(bytes);
		world.cut();
	};
	world.isConnected = true;
	await world.advance(5000);
	expect(world.fatal).toEqual([]);
	expect(await textOn(edge.disk)).toBe(await textOn(world.sequencer.disk));
});

test("a mirror of another log is refused, with words", async () => {
	const { world } = await open();
	const other = await World.open(1);
	const [edge] = other.edges;
	if (!edge) throw new Error("no edge");
	await other.enter(edge, "ann");
	const refused = world.startEdge("stray", edge.disk);
	await expect(refused).rejects.toThrow(WrongCopy);
	await expect(refused).rejects.toThrow(/holds another log/);
	// A bug would end the process with another code.
	expect(world.fatal).toEqual([]);
});

/** Fails after a while, so that what was sent before has come. */
async function failing(): Promise<never> {
	for (let turns = 0; turns < 5; turns++)
		await new Promise((turn) => setImmediate(turn));
	throw new Error("EIO: i/o error, read");
}

test.each([
	["before it knows the edge", { hashAt: failing }],
	[
		"in the middle",
		{
			async *bytes() {
				yield await failing();
			},
		},
	],
])(
	"an edge waits until the sequencer can read its log again, which failed %s",
	async (_, reads) => {
		const { world, one } = await open();
		const ann = await world.enter(world.sequencer, "ann");
		const { segments } = world.sequencer.server.log;
		Object.assign(segments, reads);
		world.isConnected = false;
		world.cut();
		ann.say("hello", 1);
		await world.settle();
		world.isConnected = true;
		await world.advance(20_000);
		const words = "the log can't be read for an edge";
		const tries = world.warnings.filter((it) => it === words).length;
		expect(tries / world.edges.length).toBeLessThan(15);
		for (const name of Object.keys(reads))
			Reflect.deleteProperty(segments, name);
		await world.advance(3000);
		expect(world.fatal).toEqual([]);
		expect(one.edge.wrong).toBeUndefined();
		expect(await textOn(one.disk)).toBe(await textOn(world.sequencer.disk));
	},
);

test("an edge whose sequencer comes back with another log stops, in words", async () => {
	const { world, one } = await open();
	await world.enter(one, "ann");
	await world.killSequencer();
	await world.startSequencer();
	await world.advance(3000);
	expect(world.fatal.map(({ name }) => name)).toEqual([
		"WrongCopy",
		"WrongCopy",
	]);
});

test("an edge with another secret is told of once a minute", async () => {
	const world = await World.open(0);
	const seal = new Seal(new Secrets("another secret", seededBytes("other")));
	const at = join(await newDataFolder(), "edges.sock");
	const server = createServer((socket) => {
		socket.once("close", () => server.emit("gone"));
		world.sequencer.sequencer.accept(socket);
	});
	await new Promise<void>((done) => server.listen(at, done));
	let wrong: Error | undefined;
	async function dials() {
		const gone = once(server, "gone");
		await new Promise<void>((done) => {
			const onClose = (error: Error | undefined) => {
				wrong = error;
				done();
			};
			const link = new Link(connect(at), seal, { onMessage() {}, onClose });
			link.send({ kind: "hello", node: "stranger" });
		});
		await gone;
	}
	await dials();
	await dials();
	const words = "an edge is turned away: it has another PLUME_SECRET";
	expect(world.warnings).toEqual([words]);
	expect(wrong).toBeInstanceOf(WrongSecret);
	await world.advance(60_000);
	await dials();
	expect(world.warnings).toEqual([words, words]);
	server.close();
});
