/**
 * For somebody who may not enter a room, it is as if there were none. The same
 * history happens twice. Then one of the two servers is asked about a room
 * that is there, the other about one that is not.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeClientFrame } from "../../machines/protocol.ts";
import { sha256 } from "../../src/engine/secrets.ts";
import { FakeSearchStore } from "../fakes/search-store.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "../private-rooms.ts";
import { lineOf, relates, says } from "../relations.ts";
import type { Person, Received } from "../test-server.ts";
import { steps } from "./commands.ts";
import { framesAbout, operatorAsks, type Target } from "./requests.ts";
import type { Model, Step } from "./step.ts";
import { type Work, workFor } from "./work.ts";
import { World } from "./world.ts";

const RUNS = Number(process.env.TEST_HISTORIES ?? 4);
/** A history takes two seconds, in which some 600 requests are made. */
const LONGEST_MS = 60_000 + RUNS * 10_000;
/** They take no part in the story. */
const [ED, FAY, GIL, HAL] = [4, 5, 6, 7];

async function worldAfter(story: Iterable<Step>): Promise<World> {
	const world = new World(8, () => new FakeSearchStore());
	world.again.PLUME_ADMINS = "gil@y";
	await world.start();
	const model: Model = { steps: 0 };
	await fc.asyncModelRun(() => ({ model, real: world }), story);
	if (world.isDead) await world.crash(1);
	await world.heal();
	await Promise.all([world.plume.operate("open"), world.settle()]);
	return world;
}

async function enters(world: World, nth: number, name: string) {
	const guest = world.guests[nth];
	assert.ok(guest);
	guest.email = `${name}@y`;
	const person = world.connect(guest);
	person.hello(name, guest.email);
	await world.settle();
	person.auth(world.plume.mailer.codeFor(guest.email));
	await world.settle();
	return person;
}

interface Scene {
	readonly world: World;
	readonly outsiders: readonly Person[];
	/** Rooms that none of them may enter, and invitations that let none of them in. */
	readonly hidden: readonly Target[];
	/** Each is in one of these rooms. */
	readonly members: readonly Person[];
}

/** Ed and Hal have rooms. Fay was a member of one. Gil, who is an admin, never was, and neither was anybody of the story. */
async function sceneIn(world: World): Promise<Scene> {
	const { plume } = world;
	const ed = await enters(world, ED, "ed");
	const fay = await enters(world, FAY, "fay");
	const gil = await enters(world, GIL, "gil");
	const hal = await enters(world, HAL, "hal");
	const asksFor = async (kind: string, fields: object, field: string) =>
		`${(await asks(plume, ed, kind, fields))[field]}`;
	const room = await makesRoom(plume, ed, "a title");
	const closed = await makesRoom(plume, ed, "another title");
	const direct = await asksFor("direct", { names: ["hal"] }, "room");
	await invitedInto(plume, room, ed, fay);
	for (const [person, where] of [[fay, room] as const, [hal, direct] as const])
		await entersRoom(plume, person, where);
	/** The last message of each room. */
	const lines = new Map<string, Received>();
	for (const where of [closed, direct, room]) {
		await entersRoom(plume, ed, where);
		lines.set(where, await says(plume, ed, `words in ${where}`));
	}
	const line = lineOf(ed);
	await relates(plume, ed, "edit", line, "other words");
	await relates(plume, ed, "react", line, "🎉");
	await relates(plume, ed, "pin", line);
	const ended = await asksFor("invite", { room: closed }, "token");
	const open = await asksFor("invite", { room }, "invitation");
	const hals = await asksFor("invite", { room, name: "hal" }, "invitation");
	await asks(plume, ed, "close", { room: closed });
	const { session } = fay.memory;
	await asks(plume, ed, "remove", { room, name: "fay" });
	const again = world.plume.connect("plume.2");
	again.open({ session });
	await world.settle();
	const story = world.guests
		.slice(0, ED)
		.flatMap(({ person }) => person ?? [])
		.find(({ isIn, stalled, memory }) => isIn && !stalled && memory.session);
	const target = (room: string, invitation: string): Target => {
		const line = lines.get(room);
		const offset = Number(line?.offset);
		return { room, epoch: `${line?.epoch}`, offset, invitation };
	};
	return {
		world,
		outsiders: [again, gil, ...(story ? [story] : [])],
		hidden: [target(room, ended), target(direct, hals), target(closed, open)],
		members: [ed, hal],
	};
}

/** As it would be asked for what is not there. */
const absent = (target: Target): Target => {
	const like = (one: string) => sha256(`not ${one}`).slice(0, one.length);
	return {
		...{ ...target, room: `~${like(target.room).slice(1)}` },
		invitation: like(target.invitation),
	};
};

/** What was done, with what was named left out: the room of a login is in the state until it ends. */
function without(targets: readonly Target[], work: Work): unknown {
	const hash = /(?<=stateHash\W+)[\w-]+/g;
	let text = JSON.stringify(work).replaceAll(hash, "");
	for (const { room, invitation } of targets)
		text = text.replaceAll(room, "ROOM").replaceAll(invitation, "INVITATION");
	return JSON.parse(text);
}

type Act = (scene: Scene, target: Target) => () => void;

/** Both servers are asked, each about its target, and do the same. */
async function sameWork(
	[there, nowhere]: readonly [Scene, Scene],
	target: Target,
	what: string,
	act: Act,
): Promise<Work> {
	const other = absent(target);
	const work = await workFor(there.world, act(there, target));
	const same = await workFor(nowhere.world, act(nowhere, other));
	const [expected, found] = [work, same].map((one) =>
		without([target, other], one),
	);
	assert.deepEqual(found, expected, what);
	return work;
}

/** Somebody new asks for a room right at the login. */
async function logIn(
	scenes: readonly [Scene, Scene],
	target: Target,
	protocol: "classic" | "plume.2",
	nth: number,
): Promise<void> {
	const people = new Map<Scene, Person>();
	const what = `login ${nth}, ${protocol}`;
	await sameWork(scenes, target, what, (scene, one) => () => {
		const person = scene.world.plume.connect(protocol, "10.0.1.1");
		people.set(scene, person);
		const frame = framesAbout(one, person)[nth];
		if (frame) person.raw(JSON.stringify(writeClientFrame(frame)));
	});
	await sameWork(scenes, target, what, (scene) => () => {
		const { sent } = scene.world.plume.mailer;
		const mail = sent.findLast(({ to }) => to === "zoe@y");
		people.get(scene)?.auth(mail?.code ?? "", "zoe");
	});
	await sameWork(scenes, target, what, (scene) => () => {
		people.get(scene)?.hangUp();
	});
}

async function outsiderAsks(
	scenes: readonly [Scene, Scene],
	target: Target,
	which: number,
): Promise<void> {
	const [{ outsiders }] = scenes;
	const outsider = outsiders[which];
	assert.ok(outsider);
	for (const [nth, { kind }] of framesAbout(target, outsider).entries()) {
		if (kind === "hello")
			for (const protocol of ["classic", "plume.2"] as const)
				await logIn(scenes, target, protocol, nth);
		const what = `outsider ${which}: ${kind}, ${nth}`;
		await sameWork(scenes, target, what, (scene, one) => () => {
			const person = scene.outsiders[which];
			assert.ok(person?.isIn, what);
			const frame = framesAbout(one, person)[nth];
			if (frame) person.raw(JSON.stringify(writeClientFrame(frame)));
		});
	}
}

/** An operator is told nothing of it either. */
async function operatorKnows(
	scenes: readonly [Scene, Scene],
	target: Target,
): Promise<void> {
	for (const [nth, { command }] of operatorAsks(target).entries()) {
		const answers: unknown[] = [];
		await sameWork(scenes, target, `plume ${command}`, (scene, one) => () => {
			const { args = [] } = operatorAsks(one)[nth] ?? {};
			scene.world.plume.operate(command, ...args).catch((error: unknown) => {
				answers.push(`${error}`.replaceAll(one.room, "ROOM"));
			});
		});
		assert.equal(answers.length, 2);
		assert.equal(answers[0], answers[1]);
	}
}

/** What is said in the rooms afterwards comes to nobody else, whatever they asked for. */
async function membersTalk(scenes: readonly [Scene, Scene], target: Target) {
	const talk: Act = (scene) => () => {
		for (const member of scene.members) member.say("more words, @gil @fay");
	};
	const work = await sameWork(scenes, target, "words", talk);
	assert.ok(work.sent.some((frame) => frame.includes("more words")));
	assert.ok(work.disk.some((call) => call.startsWith("write ")));
	await sameWork(scenes, target, "time", (scene) => () => {
		scene.world.clock.advance(2000);
	});
}

/** A member is answered from the log, which shows that reading is noticed here. */
async function memberReads({ world, members, hidden }: Scene): Promise<void> {
	const [target] = hidden;
	assert.ok(target);
	const { room, epoch, offset } = target;
	const work = await workFor(world, () =>
		members[0]?.askHistory({ room, epoch, before: offset + 1 }),
	);
	assert.ok(work.reads.includes("Archive.page"));
	assert.ok(work.reads.includes("ItemReader.read"));
	assert.ok(work.sent.some((frame) => frame.includes("other words")));
}

test(
	`${RUNS} histories: who may not enter a room is answered as if there were none, and costs as much`,
	async () => {
		const history = fc.commands<Model, World, false>(steps as never, {
			maxCommands: 120,
			size: "max",
		}) as unknown as fc.Arbitrary<Iterable<Step>>;
		let outsiders = 0;
		await fc.assert(
			fc.asyncProperty(history, async (story) => {
				const scenes = [
					await sceneIn(await worldAfter(story)),
					await sceneIn(await worldAfter(story)),
				] as const;
				const [there] = scenes;
				const hashes = scenes.map(({ world }) => world.plume.state.hash());
				assert.equal(hashes[0], hashes[1]);
				outsiders += there.outsiders.length;
				for (const target of there.hidden) {
					for (const which of there.outsiders.keys())
						await outsiderAsks(scenes, target, which);
					await operatorKnows(scenes, target);
					await membersTalk(scenes, target);
				}
				await memberReads(there);
			}),
			{
				numRuns: RUNS,
				...(process.env.TEST_HISTORIES ? {} : { seed: 1 }),
				endOnFailure: true,
			},
		);
		// The third is somebody of the story, if they are inside at its end.
		expect(outsiders).toBeGreaterThan(2 * RUNS);
	},
	LONGEST_MS,
);
