/**
 * For somebody who may not enter a room, it is as if there were none, on each
 * of several nodes. The same cluster is there twice: one is asked about a room
 * that is there, the other about one that is not.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeClientFrame } from "../../machines/protocol.ts";
import { Link } from "../../src/cluster/link.ts";
import { sha256 } from "../../src/engine/secrets.ts";
import type { Stored } from "../../src/log/log.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "../private-rooms.ts";
import {
	framesAbout,
	operatorAsks,
	type Target,
} from "../simulation/requests.ts";
import { workFor } from "../simulation/work.ts";
import type { Person } from "../test-server.ts";
import { World } from "./world.ts";

/** Some 250 requests, each made of two clusters. */
const LONGEST_MS = 180_000;

/** What the nodes send each other. */
let carried: string[] = [];
beforeEach(() => {
	const send = Link.prototype.send;
	vi.spyOn(Link.prototype, "send").mockImplementation(function (
		this: Link<object, unknown>,
		...message
	) {
		carried.push(JSON.stringify(message[0]));
		send.apply(this, message);
	});
});
afterEach(() => vi.restoreAllMocks());

interface Scene {
	readonly world: World;
	readonly ordered: Stored[];
	/** Eve was a member, Gil never was. Each is on another edge. */
	readonly outsiders: readonly Person[];
	readonly member: Person;
	readonly hidden: readonly Target[];
}

async function open(): Promise<Scene> {
	const world = await World.open(2, {
		environment: { PLUME_LIMITS: "off", PLUME_ADMINS: "gil@example.org" },
	});
	const [one, two] = world.edges;
	assert.ok(one && two);
	const ann = await world.enter(one, "ann");
	const eve = await world.enter(two, "eve");
	const gil = await world.enter(one, "gil");
	await world.enter(two, "ed");
	const room = await makesRoom(world, ann, "a title");
	const { room: direct } = await asks(world, ann, "direct", { names: ["ed"] });
	await invitedInto(world, room, ann, eve);
	const { invitation } = await asks(world, ann, "invite", { room });
	const targets: Target[] = [];
	for (const where of [`${direct}`, room]) {
		await entersRoom(world, ann, where);
		ann.say(`words in ${where}`);
		await world.settle();
		const { epoch, offset } = ann.memory;
		const line = { epoch: `${epoch}`, offset: Number(offset) };
		targets.push({ room: where, ...line, invitation: `${invitation}` });
	}
	await asks(world, ann, "remove", { room, name: "eve" });
	const ordered: Stored[] = [];
	world.sequencer.server.log.onBatch.add(({ batch }) =>
		ordered.push(...batch.map(({ stored }) => stored)),
	);
	return {
		world,
		ordered,
		outsiders: [eve, gil],
		member: ann,
		hidden: targets,
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

/** All that one request makes the nodes do, with what it names left out. */
async function workOf(scene: Scene, target: Target, ask: () => void) {
	const { world, ordered } = scene;
	carried = [];
	const settle = () => world.settle();
	const work = await workFor({ ordered, settle, interrupt() {} }, ask);
	return JSON.stringify({ ...work, carried })
		.replaceAll(target.room, "ROOM")
		.replaceAll(target.invitation, "INVITATION");
}

test(
	"on every node, a room that one may not enter costs as much as none",
	async () => {
		const [there, nowhere] = [await open(), await open()];
		let asked = 0;
		for (const target of there.hidden) {
			const other = absent(target);
			const same = async (
				what: string,
				act: (scene: Scene, target: Target) => void,
			) => {
				const work = await workOf(there, target, () => act(there, target));
				expect(
					await workOf(nowhere, other, () => act(nowhere, other)),
					what,
				).toBe(work);
				asked++;
				return work;
			};
			for (const [which, outsider] of there.outsiders.entries())
				for (const [nth, { kind }] of framesAbout(target, outsider).entries())
					await same(`${which}: ${kind}, ${nth}`, ({ outsiders }, one) => {
						const person = outsiders[which];
						assert.ok(person?.isIn);
						const frame = framesAbout(one, person)[nth];
						if (frame) person.raw(JSON.stringify(writeClientFrame(frame)));
					});
			for (const [nth, { command }] of operatorAsks(target).entries())
				await same(`plume ${command}`, ({ world }, one) => {
					const { args = [] } = operatorAsks(one)[nth] ?? {};
					world.sequencer.server.operate(command, ...args).catch(() => {});
				});
		}
		expect(asked).toBeGreaterThan(150);
	},
	LONGEST_MS,
);

test("that a member is answered shows that all of it is noticed", async () => {
	const scene = await open();
	const target = scene.hidden[1];
	assert.ok(target);
	const { room, epoch, offset } = target;
	const work = await workOf(scene, target, () => {
		scene.member.askHistory({ room, epoch, before: offset + 1 });
		scene.member.say("more words");
	});
	for (const part of [
		"Archive.page",
		"words in ROOM",
		'{\\"kind\\":\\"command',
		"message.posted",
	])
		expect(work).toContain(part);
});
