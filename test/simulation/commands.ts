/** What people and disks do to a server, each as a command that reads as a line of the story. */
import fc from "fast-check";
import { expect } from "vitest";
import type { Person } from "../house.ts";
import { type Guest, isNew, remember, type World } from "./world.ts";

/** Plain knowledge of the world: how many steps this history has had. */
export interface Model {
	steps: number;
}

export type Step = fc.AsyncCommand<Model, World>;

const NAMES = ["ann", "bob", "Ann", "a\u0438n", "plumebot", "cleo"];
const HOUR = 3_600_000;
const EMAILS = ["ann@x", "bob@x", "cleo@x", " ANN@X"];

/** A step runs on a living server: one that died is started again first. */
function step(
	story: string,
	act: (world: World) => void | Promise<void>,
): Step {
	return {
		check: () => true,
		async run(model, world) {
			model.steps++;
			if (world.isDead) await world.crash(model.steps);
			await act(world);
			world.check();
		},
		toString: () => story,
	};
}

const guest = fc.nat({ max: 3 });
const wait = fc.boolean();

const connect = fc
	.tuple(guest, fc.constantFrom("classic" as const, "plume.2" as const))
	.map(([who, protocol]) =>
		step(`guest ${who} connects, ${protocol}`, ({ guests, house }) => {
			const one = guests[who];
			if (!one || (one.person && !one.person.closed)) return;
			isNew(one, house.connect(protocol, `10.0.0.${who}`));
		}),
	);

const comeBack = fc.tuple(guest, wait).map(([who, waits]) =>
	step(`guest ${who} comes back`, async (world) => {
		const one = world.guests[who];
		if (!one) return;
		remember(one);
		if (!one.memory?.session) return;
		one.person = world.house.connect("plume.2", `10.0.0.${who}`);
		one.from.clear();
		one.from.set(one.memory.epoch, Number(one.memory.offset));
		one.person.open(one.memory);
		if (waits) await sendAgain(world, one, one.person);
	}),
);

/** Once it is in: what it numbered there and the server has not taken. */
async function sendAgain(world: World, one: Guest, person: Person) {
	await world.settle();
	const welcome = person.last(7);
	const said = one.said.get(welcome?.client) ?? [];
	for (let n = Number(welcome?.last) + 1; n <= said.length; n++)
		person.say(said[n - 1] ?? "", n, welcome?.room);
	remember(one);
	await world.settle();
}

const move = fc
	.tuple(guest, fc.constantFrom("lobby", "cats", "dogs"), wait)
	.map(([who, room, waits]) =>
		step(`guest ${who} goes to ${room}`, async (world) => {
			const one = world.guests[who];
			if (!one?.person || one.person.closed) return;
			remember(one);
			if (!one.memory?.session) return;
			const { session } = one.memory;
			const place = one.places.get(room);
			if (place && !one.from.has(place.epoch))
				one.from.set(place.epoch, Number(place.offset));
			one.person.open({ ...place, session, room });
			// What was on its way still came.
			remember(one);
			if (waits) await sendAgain(world, one, one.person);
		}),
	);

const hello = fc
	.tuple(guest, fc.constantFrom(...NAMES), fc.constantFrom(...EMAILS), wait)
	.map(([who, name, email, waits]) =>
		step(`guest ${who} says hello as ${name} <${email}>`, async (world) => {
			const one = world.guests[who];
			if (!one?.person) return;
			one.email = email.trim().toLowerCase();
			one.person.hello(name, email);
			if (waits) await world.settle();
		}),
	);

const enter = fc
	.tuple(guest, fc.constantFrom(...NAMES), fc.constantFrom(...EMAILS))
	.map(([who, name, email]) =>
		step(`guest ${who} comes in as ${name} <${email}>`, async (world) => {
			const one = world.guests[who];
			if (!one || (one.person && !one.person.closed)) return;
			isNew(one, world.house.connect("plume.2", `10.0.0.${who}`));
			one.email = email.trim().toLowerCase();
			one.person?.hello(name, email);
			await world.settle();
			const mail = codeFor(world, one.email);
			if (!mail) return;
			await type(world, one, mail.code, true);
		}),
	);

/** Types a code; one that let them in is used from then on, and must never work again. */
async function type(world: World, one: Guest, code: string, waits: boolean) {
	const wasIn = one.person?.isIn;
	one.person?.auth(code);
	if (waits) await world.settle();
	if (!wasIn && one.person?.isIn) one.code = code;
}

const codeFor = ({ house }: World, email: string | undefined) =>
	house.mailer.sent.findLast(({ to }) => to === email);

const rightCode = fc.tuple(guest, wait).map(([who, waits]) =>
	step(`guest ${who} types the code`, async (world) => {
		const one = world.guests[who];
		const mail = codeFor(world, one?.email);
		if (!one?.person || !mail) return;
		await type(world, one, mail.code, waits);
	}),
);

const wrongCode = fc
	.tuple(guest, guest, fc.integer({ min: 1, max: 6 }))
	.map(([who, other, times]) =>
		step(`guest ${who} tries ${other}'s code ${times} times`, async (world) => {
			const one = world.guests[who];
			const code = world.guests[other]?.code;
			if (!one?.person || who === other) return;
			await world.settle();
			const wasIn = one.person.isIn;
			for (let i = 0; i < times; i++) one.person.auth(code || "000000");
			await world.settle();
			expect(one.person.isIn).toBe(wasIn);
		}),
	);

const say = fc
	.tuple(guest, fc.string({ maxLength: 30, unit: "grapheme" }), wait)
	.map(([who, text, waits]) =>
		step(`guest ${who} says ${JSON.stringify(text)}`, async (world) => {
			const one = world.guests[who];
			const here = one?.person?.last(7);
			if (one && here && text.trim() !== "") {
				const said = one.said.get(here.client) ?? [];
				one.said.set(here.client, said);
				one.person?.say(text, said.push(text), here.room);
			} else one?.person?.say(text);
			if (waits) await world.settle();
		}),
	);

const hint = fc
	.tuple(
		guest,
		fc.constantFrom(
			["typing", {}] as const,
			["presence", { away: true }] as const,
			["presence", { away: false }] as const,
			["heads", { rooms: ["lobby", "cats", "dogs"] }] as const,
		),
	)
	.map(([who, [kind, fields]]) =>
		step(
			`guest ${who} hints at ${kind} ${JSON.stringify(fields)}`,
			({ guests }) => guests[who]?.person?.hint(kind, fields),
		),
	);

const readBack = fc
	.tuple(guest, fc.integer({ min: 1, max: 60 }))
	.map(([who, limit]) =>
		step(`guest ${who} reads back, ${limit} lines a page`, async (world) => {
			const person = world.guests[who]?.person;
			if (person?.last(7) && !person.closed)
				await world.readBack(person, limit);
		}),
	);

const noise = fc
	.tuple(
		guest,
		fc.oneof(
			fc.json({ maxDepth: 3 }),
			fc
				.record({
					type: fc.oneof(
						fc.integer({ min: -1, max: 20 }),
						fc.constantFrom("xstate.stop", "client.left", "__proto__"),
					),
					text: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
					n: fc.oneof(fc.maxSafeNat(), fc.double()),
					user: fc.anything(),
				})
				.map((frame) => JSON.stringify(frame) ?? ""),
		),
	)
	.map(([who, frame]) =>
		step(`guest ${who} sends ${frame.slice(0, 60)}`, ({ guests }) =>
			guests[who]?.person?.raw(frame),
		),
	);

const hangUp = guest.map((who) =>
	step(`guest ${who} hangs up`, ({ guests }) => {
		const one = guests[who];
		if (one) remember(one);
		one?.person?.hangUp();
	}),
);

const pass = fc
	.constantFrom(1000, 9000, 61_000, 599_000, 602_000, HOUR, HOUR * 24 * 366)
	.map((ms) =>
		step(`${ms / 1000} s pass`, async (world) => {
			world.clock.advance(ms);
			await world.settle();
		}),
	);

const crash = fc
	.nat()
	.map((seed) =>
		step(`the power goes (${seed})`, (world) => world.crash(seed)),
	);

const crashSoon = fc.nat({ max: 12 }).map((calls) =>
	step(`the power will go ${calls} disk calls from now`, ({ disk }) => {
		const last = disk.calls + calls;
		disk.interrupt = ({ number }) => (number > last ? "crash" : undefined);
	}),
);

const fails = fc
	.constantFrom(
		{ code: "ENOSPC", kind: "write" },
		{ code: "EROFS", kind: "write" },
		{ code: "EDQUOT", kind: "open" },
		{ code: "EIO", kind: "write" },
		{ code: "EIO", kind: "sync" },
		{ code: "ENOSPC", kind: "sync" },
	)
	.map(({ code, kind }) =>
		step(`from now on ${kind} fails with ${code}`, ({ disk }) => {
			disk.interrupt = (call) => (call.kind === kind ? { code } : undefined);
		}),
	);

const shortWrites = fc.integer({ min: 1, max: 200 }).map((short) =>
	step(`writes take ${short} bytes at most`, ({ disk }) => {
		disk.interrupt = ({ kind }) => (kind === "write" ? { short } : undefined);
	}),
);

const heal = fc.constant(
	step("the disk is well again", async (world) => {
		world.disk.interrupt = () => undefined;
		world.clock.advance(2000);
		await world.settle();
	}),
);

/** More talk than trouble, so that there is something to lose. */
export const steps: fc.Arbitrary<Step>[] = [
	...Array(8).fill(enter),
	...Array(24).fill(say),
	...Array(3).fill(heal),
	connect,
	hello,
	hello,
	rightCode,
	rightCode,
	wrongCode,
	noise,
	hint,
	hint,
	readBack,
	readBack,
	readBack,
	...Array(6).fill(comeBack),
	...Array(6).fill(move),
	hangUp,
	hangUp,
	pass,
	crash,
	crashSoon,
	fails,
	shortWrites,
];
