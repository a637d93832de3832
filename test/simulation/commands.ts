/** What people do at a server, each as a line of the story. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageType as types } from "../../machines/message.ts";
import { OperatorError } from "../../src/engine/operation.ts";
import { saidBy } from "../../src/history/said.ts";
import { anyString } from "../fakes/code-points.ts";
import type { Person, Received } from "../test-server.ts";
import { type Guest, leaveTo, opens, remember } from "./guest.ts";
import { roomSteps } from "./rooms.ts";
import { nth as guest, insider, type Step, step, wait } from "./step.ts";
import { troubles } from "./trouble.ts";
import type { World } from "./world.ts";

const NAMES = ["", "ann", "bob", "Ann", "a\u0438n", "plumebot", "cleo"];
const HOUR = 3_600_000;
const EMAILS = ["ann@x", "bob@x", "cleo@x", " ANN@X"];
/** What is hard to write down, and what is nothing. */
const TEXTS = [
	"hello",
	"",
	'{"level":30,"seq":1,"hash":"',
	',"erased":true}',
	"\u{1f469}\u200d\u{1f680} e\u0301 \u0905\u0928\u0941",
	"two\nlines\u2028three",
	'\u0001\\ " <b>',
	"a long line, as somebody may type who has very much to say about it",
];
/** Who gets in, unless somebody was there before under their name. */
const PEOPLE = ["ann", "bob", "cleo", "dora"].map(
	(name) => [name, `${name}@x`] as const,
);

const connect = fc
	.tuple(guest, fc.constantFrom("classic" as const, "plume.2" as const))
	.map(([who, protocol]) =>
		step(`guest ${who} connects, ${protocol}`, (world) => {
			const one = world.guests[who];
			if (!one || (one.person && !one.person.closed)) return;
			leaveTo(one);
			world.connect(one, protocol);
		}),
	);

/** A tab may have kept its place some lines ago. */
const comeBack = fc
	.tuple(guest, wait, fc.nat({ max: 2 }), fc.constantFrom(0, 0, 4, 8))
	.map(([who, waits, throttle, ago]) =>
		step(
			`guest ${who} comes back${throttle ? "" : ", over a slow network"}, as of ${ago} lines ago`,
			async (world) => {
				const one = world.guests[who];
				if (!one) return;
				remember(one);
				if (!one.memory?.session) return;
				const person = world.connect(one);
				const offset = Math.max(0, Number(one.memory.offset) - ago);
				one.memory = { ...one.memory, offset };
				one.positions.set(one.memory.room, one.memory);
				one.from.clear();
				one.from.set(one.memory.epoch, offset);
				if (throttle === 0) world.witness.stall(person);
				person.open(one.memory);
				if (throttle === 0) await world.settle();
				else if (waits) await sendAgain(world, one, person);
			},
		),
	);

/** Once it is in: what it numbered there and the server has not taken. */
async function sendAgain(world: World, one: Guest, person: Person) {
	await world.settle();
	const welcome = person.last(types.welcome);
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
			if (!one?.person || one.person.closed || !opens(one, room)) return;
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
	.tuple(guest, fc.constantFrom(...PEOPLE), fc.boolean())
	.map(([who, [name, email], isNameless]) =>
		step(`guest ${who} comes in as ${name} <${email}>`, async (world) => {
			const one = world.guests[who];
			if (!one || one.person?.isIn) return;
			one.person?.hangUp();
			leaveTo(one);
			world.connect(one).hello(isNameless ? "" : name, email);
			one.email = email;
			await world.settle();
			const mail = codeFor(world, one.email);
			if (!mail) return;
			await type(world, one, mail.code, true, name);
		}),
	);

/** Types a code; one that let them in is used from then on, and must never work again. */
async function type(
	world: World,
	one: Guest,
	code: string,
	waits: boolean,
	name?: string,
) {
	const wasIn = one.person?.isIn;
	one.person?.auth(code, name);
	if (waits) await world.settle();
	if (!wasIn && one.person?.isIn) one.code = code;
}

const codeFor = ({ plume }: World, email: string | undefined) =>
	plume.mailer.sent.findLast(({ to }) => to === email);

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
			if (!one || who === other) return;
			if (!one.person || one.person.closed) {
				leaveTo(one);
				one.email = "ann@x";
				world.connect(one).hello("ann", one.email);
			}
			await world.settle();
			const wasIn = one.person?.isIn;
			for (let i = 0; i < times; i++) one.person?.auth(code || "000000");
			await world.settle();
			// Someone else of that name may end the session meanwhile.
			assert.ok(wasIn || !one.person?.isIn);
		}),
	);

const say = fc
	.tuple(
		guest,
		fc.constantFrom(...TEXTS),
		fc.nat({ max: 99 }),
		wait,
		fc.nat({ max: 5 }),
	)
	.map(([who, start, number, waits, which]) => {
		const text = start && `${start} ${number}`;
		return step(`guest ${who} says ${JSON.stringify(text)}`, async (world) => {
			const one = insider(world, who) ?? world.guests[who];
			const here = one?.person?.last(types.welcome);
			if (one && here && text.trim() !== "") {
				const said = one.said.get(here.client) ?? [];
				one.said.set(here.client, said);
				const { offset } = one.person?.memory ?? {};
				const replyTo = which === 0 ? offset : undefined;
				one.person?.say(text, said.push(text), here.room, replyTo);
			} else one?.person?.say(text);
			if (waits) await world.settle();
		});
	});

const publish = fc
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
		step(`guest ${who} hints at ${kind} ${JSON.stringify(fields)}`, (world) =>
			insider(world, who)?.person?.publish(kind, fields),
		),
	);

const readBack = fc
	.tuple(guest, fc.integer({ min: 1, max: 30 }))
	.map(([who, limit]) =>
		step(`guest ${who} reads back, ${limit} lines a page`, async (world) => {
			const person = insider(world, who)?.person;
			if (person?.last(types.welcome) && !person.stalled)
				await readPages(world, person, limit);
		}),
	);

/** To the first line: each is there once. */
async function readPages(world: World, person: Person, limit: number) {
	await world.settle();
	if (world.isHeld) return;
	const { epoch, offset } = person.memory;
	const room = person.last(types.welcome)?.room;
	let before = Number(offset) + 1;
	for (let more = true; more; ) {
		const from = person.received.length;
		const answer = () =>
			person.received
				.slice(from)
				.find(({ type, re }) => (re ?? type) === types.history);
		person.askHistory({ room, epoch, before, limit });
		await world.plume.until(
			() => world.isDead || world.isHeld || !!person.closed || !!answer(),
		);
		const end = answer();
		// The disk may stand still before the erasure is found; the guest who asked gives up.
		if (!end && world.isHeld) {
			const one = world.guests.find((guest) => guest.person === person);
			if (one) remember(one);
			person.hangUp();
		}
		if (end?.type !== types.history) return;
		// What is live may have come in between, and stays.
		const isPage = ({ offset }: Received) =>
			typeof offset === "number" && offset < before;
		const since = person.received.splice(from);
		const items = since.filter(isPage);
		person.received.push(
			...since.filter((frame) => frame !== end && !isPage(frame)),
		);
		world.ledger.replay(world.ordered);
		assert.ok(items.length > 0);
		for (const item of items.toReversed()) {
			const offset = Number(item.offset);
			// Between two lines of a page there are only relations.
			for (let at = offset + 1; at < before; at++)
				assert.ok(world.ledger.isRelation(`${epoch}/${at}`));
			assert.ok(offset < before);
			before = offset;
		}
		more = end.more === true;
		assert.equal(more, before > 1);
	}
	world.count("read back to the first line");
}

/** Now and then the power goes, so many disk calls later. */
const cut = (max: number) =>
	fc.oneof(
		{ weight: 2, arbitrary: fc.constant(null) },
		{ weight: 1, arbitrary: fc.nat({ max }) },
	);

/** One of the lines they were shown; a stranger's, now and then. */
const takeBack = fc
	.tuple(guest, fc.nat({ max: 9 }), wait, cut(16))
	.map(([who, which, waits, calls]) =>
		step(
			`guest ${who} takes back a line (${which})${calls === null ? "" : `, and the power goes ${calls} disk calls later`}`,
			async (world) => {
				const person = insider(world, who)?.person;
				const { room, epoch } = person?.memory ?? {};
				const said = person?.items.filter(
					(item) =>
						item.type === types.text && item.epoch === epoch && !item.erased,
				);
				const own = said?.filter(
					({ user }) => which === 0 || user?.name === nameOf(person),
				);
				const line = own?.at(-1 - which) ?? own?.at(-1);
				if (!person || !line) return;
				person.erase({ room, epoch, target: line.offset });
				await afterErasing(world, waits, calls);
			},
		),
	);

/** Something is said of one of the lines they were shown: other words for one of their own, mostly, or an emoji. */
const relate = fc
	.tuple(
		...([guest, fc.nat({ max: 9 }), wait, cut(16)] as const),
		fc.constantFrom("edit", "edit", "react", "react", "unreact"),
		fc.constantFrom("👍", "🎉"),
	)
	.map(([who, which, waits, calls, kind, emoji]) =>
		step(
			`guest ${who} does ${kind} ${emoji} to a line (${which})${calls === null ? "" : `, and the power goes ${calls} disk calls later`}`,
			async (world) => {
				const person = insider(world, who)?.person;
				const { room, epoch } = person?.memory ?? {};
				const said = person?.items.filter(
					(item) => item.type === types.text && item.epoch === epoch,
				);
				const isOwn = kind === "edit" && which > 0;
				const lines = said?.filter(
					({ user }) => !isOwn || user?.name === nameOf(person),
				);
				const line = lines?.at(-1 - which) ?? lines?.at(-1);
				if (!person || !line) return;
				const text =
					kind === "edit" ? `other words ${world.clock.now()}` : emoji;
				const about = { room, epoch, target: line.offset, text };
				person.raw(JSON.stringify({ type: types.relation, kind, ...about }));
				await afterErasing(world, waits, calls);
			},
		),
	);

const takeAllBack = fc.tuple(guest, wait, cut(30)).map(([who, waits, calls]) =>
	step(
		`guest ${who} takes back all they said${calls === null ? "" : `, and the power goes ${calls} disk calls later`}`,
		async (world) => {
			insider(world, who)?.person?.eraseAll();
			await afterErasing(world, waits, calls);
		},
	),
);

const nameOf = (person: Person | undefined) =>
	person?.last(types.welcome)?.user?.name;

async function afterErasing(
	world: World,
	waits: boolean,
	calls: number | null,
): Promise<void> {
	const last = world.disk.calls + (calls ?? 0);
	if (calls !== null)
		world.interrupt(({ number }) => (number > last ? "crash" : undefined));
	if (waits || calls !== null) await world.settle();
}

/** As an export reads it; nothing if the power goes meanwhile. */
async function copyFor(world: World, identity: string) {
	const found: object[] = [];
	let isOver = false;
	const copy = async () => {
		for await (const said of saidBy(identity, world.plume.archive)) {
			const { room, epoch, text, relation } = said;
			const isEdit = relation?.kind === "edited";
			const offset = isEdit ? relation.target : said.offset;
			found.push({ room, epoch, offset, text });
		}
	};
	const copied = copy().finally(() => {
		isOver = true;
	});
	await world.plume.until(() => world.isDead || isOver);
	if (!isOver) return undefined;
	await copied;
	return found;
}

/** All that is theirs, and nothing that was taken back. */
const takeAlong = guest.map((who) =>
	step(`guest ${who} takes along a copy`, async (world) => {
		const person = insider(world, who)?.person;
		await world.settle();
		if (!person || world.isDead || world.isHeld) return;
		const { ledger } = world;
		const identity = ledger.identities.get(
			`${person.last(types.welcome)?.client}`,
		);
		if (identity === undefined) return;
		const said = () => {
			// Nobody may have heard of it yet.
			ledger.replay(world.ordered);
			return ledger.saidBy(identity, world.committed);
		};
		let before = said();
		let found = await copyFor(world, identity);
		// What is being taken back is gone before that is told.
		if (found && found.length < before.length) {
			await world.settle();
			if (world.isDead || world.isHeld) return;
			before = said();
			found = await copyFor(world, identity);
		}
		if (!found) return;
		// It may also be told while the copy is made: then either is right.
		const [most, copy, least] = [before, found, said()].map(
			(lines) => new Set(lines.map((line) => JSON.stringify(line))),
		);
		assert.equal(copy?.size, found.length);
		for (const line of copy ?? []) assert.ok(most?.has(line), line);
		for (const line of least ?? []) assert.ok(copy?.has(line), line);
		world.count("took a copy along");
	}),
);

const logOut = fc
	.tuple(guest, wait)
	.map(([who, all]) =>
		step(`guest ${who} logs out${all ? " everywhere" : ""}`, (world) =>
			insider(world, who)?.person?.logOut(all),
		),
	);

const operate = fc
	.constantFrom(
		["rename", "ann", "anna"] as const,
		["rename", "anna", "ann"] as const,
		["rename", "bob", "Bob"] as const,
		["release", "bob"] as const,
		["release", "cleo"] as const,
		["close"] as const,
		["open"] as const,
		["open"] as const,
		["code", "ann", "ann@x"] as const,
		["say", "lobby", "two\nlines"] as const,
		["notice", "all of you"] as const,
		["ban", "bob", "1h for what he said"] as const,
		["ban", "cleo"] as const,
		["unban", "cleo"] as const,
		["unban", "bob"] as const,
		["mute", "lobby", "ann", "10m"] as const,
		["mute", "lobby", "cleo"] as const,
		["unmute", "lobby", "cleo"] as const,
		["kick", "lobby", "dora", "be gone"] as const,
		["remove", "lobby", "3", "because"] as const,
	)
	.map(([command, ...args]) =>
		step(`the operator says ${command} ${args.join(" ")}`, async (world) => {
			const asked = world.plume.operate(command, ...args).then(
				() => world.count(`the operator did ${command}`),
				(error: unknown) =>
					assert.ok(error instanceof OperatorError, `${error}`),
			);
			// Nobody waits for a code that is asked for later, or that is never durable.
			await Promise.race([asked, world.settle()]);
		}),
	);

const stall = guest.map((who) =>
	step(`guest ${who} reads no more`, (world) => {
		const person = insider(world, who)?.person;
		if (person && !person.stalled) world.witness.stall(person);
	}),
);

const take = fc.tuple(guest, wait).map(([who, waits]) =>
	step(`guest ${who} takes what is on its way`, async (world) => {
		const slow = world.guests.filter(({ person }) => person?.stalled);
		slow[who % slow.length]?.person?.take();
		if (waits) await world.settle();
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
					text: fc.oneof(anyString(), fc.anything()),
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
	step(`guest ${who} hangs up`, (world) => {
		const one = insider(world, who);
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

const hoursPass = fc.integer({ min: 1, max: 4 }).map((hours) =>
	step(`${hours} hours pass, one by one`, async (world) => {
		for (let hour = 0; hour < hours && !world.isDead; hour++) {
			world.clock.advance(HOUR);
			await world.settle();
		}
	}),
);

const setAge = fc
	.constantFrom("", "1h", "3h", "lobby=2h,cats=forever,*=2d")
	.map((age) =>
		step(`the operator says how long: ${age || "for good"}`, async (world) => {
			world.again.PLUME_RETENTION = age;
			const asked = world.plume
				.operate("reload")
				.catch((error: unknown) =>
					assert.ok(error instanceof OperatorError, `${error}`),
				);
			await Promise.race([asked, world.settle()]);
		}),
	);

/** More talk than trouble, so that there is something to lose. */
export const steps: fc.Arbitrary<Step>[] = [
	...troubles,
	...roomSteps,
	...Array(8).fill(enter),
	...Array(30).fill(say),
	...Array(5).fill(takeBack),
	...Array(6).fill(relate),
	...Array(3).fill(readBack),
	...Array(6).fill(comeBack),
	...Array(6).fill(move),
	takeAllBack,
	takeAlong,
	logOut,
	...Array(3).fill(operate),
	stall,
	...Array(8).fill(take),
	connect,
	hello,
	hello,
	rightCode,
	rightCode,
	wrongCode,
	noise,
	publish,
	publish,
	hangUp,
	hangUp,
	pass,
	hoursPass,
	hoursPass,
	setAge,
	setAge,
];
