/** What people do with rooms that are not for all. */
import fc from "fast-check";
import { MessageType as types } from "../../machines/message.ts";
import type { Received } from "../test-server.ts";
import { opens } from "./guest.ts";
import { nth as guest, insider, type Step, step, wait } from "./step.ts";
import type { World } from "./world.ts";

const NAMES = ["ann", "bob", "cleo", "dora"];
const name = fc.constantFrom(...NAMES);

/** The tokens that someone was told of. */
const tokens = ({ guests }: World) =>
	guests.flatMap(({ person }) =>
		(person?.received ?? []).flatMap(({ token, kind }: Received) =>
			kind === "invited" && token ? `${token}` : [],
		),
	);

/** The keys of rooms that are theirs, or are not. */
function keys(world: World, who: number, isTheirs: boolean) {
	const client = `${insider(world, who)?.person?.last(types.welcome)?.client}`;
	const identity = world.ledger.identities.get(client) ?? "";
	return [...world.plume.state.rooms].flatMap(([key, { context }]) =>
		context.people && context.people.has(identity) === isTheirs ? key : [],
	);
}

const ownPrivate = (world: World, who: number) =>
	keys(world, who, true).filter(
		(key) => world.plume.state.room(key)?.context.access === "private",
	);

const pick = (all: readonly string[], which: number) =>
	all[all.length - 1 - (which % Math.max(1, all.length))];

function asks(world: World, who: number, kind: string, fields: object) {
	const person = insider(world, who)?.person;
	const frame = { type: types.rooms, kind, ...fields, id: "r" };
	person?.raw(JSON.stringify(frame));
}

const make = fc
	.tuple(guest, fc.constantFrom("a title", "another one", ""))
	.map(([who, title]) =>
		step(`guest ${who} makes a room, ${title || "no title"}`, (world) =>
			asks(world, who, "make", { title }),
		),
	);

const talkTo = fc
	.tuple(guest, fc.array(name, { minLength: 1, maxLength: 3 }))
	.map(([who, names]) =>
		step(`guest ${who} wants to talk to ${names}`, (world) =>
			asks(world, who, "direct", { names }),
		),
	);

const list = guest.map((who) =>
	step(`guest ${who} looks at their rooms`, (world) =>
		asks(world, who, "list", {}),
	),
);

const invite = fc
	.tuple(guest, guest, fc.option(name, { nil: undefined, freq: 1 }))
	.map(([who, which, name]) =>
		step(`guest ${who} invites ${name ?? "by a link"} (${which})`, (world) =>
			asks(world, who, "invite", {
				room: pick(ownPrivate(world, who), which) ?? "~",
				name,
			}),
		),
	);

const join = fc.tuple(guest, guest).map(([who, which]) =>
	step(`guest ${who} follows a link (${which})`, (world) =>
		asks(world, who, "join", {
			invitation: pick(tokens(world), which) ?? "",
		}),
	),
);

const change = fc
	.tuple(
		guest,
		guest,
		fc.constantFrom("remove", "remove", "handOver", "close", "title", "topic"),
		fc.option(name, { nil: undefined }),
	)
	.map(([who, which, kind, name]) =>
		step(`guest ${who} does ${kind} ${name ?? ""} (${which})`, (world) =>
			asks(world, who, kind, {
				room: pick(ownPrivate(world, who), which) ?? "~",
				name,
				...{ title: "a new title", text: "a new topic" },
			}),
		),
	);

/** To a room that is theirs, or is not. */
const go = fc.tuple(guest, guest, wait).map(([who, which, waits]) =>
	step(`guest ${who} goes to a room by its key (${which})`, async (world) => {
		const one = insider(world, who);
		const room = pick(keys(world, who, which < 3), which);
		if (one && room && opens(one, room) && waits) await world.settle();
	}),
);

/** Asks for what was said in a room where they are not, perhaps. */
const peek = fc.tuple(guest, guest).map(([who, which]) =>
	step(`guest ${who} asks what was said in a room (${which})`, (world) => {
		const person = insider(world, who)?.person;
		const room = pick(keys(world, who, false), which);
		if (!room || !person) return;
		const { epoch, offset } = world.plume.state.head(room);
		person.askHistory({ room, epoch, before: offset + 1 });
		person.publish("heads", { rooms: [room] });
		world.count("asked what was said where they may not be");
	}),
);

/** For all that was said, everywhere or in a room that is theirs, or is not. */
const search = fc.tuple(guest, guest).map(([who, which]) =>
	step(`guest ${who} searches (${which})`, (world) => {
		const person = insider(world, who)?.person;
		const room = pick(keys(world, who, which < 2), which);
		const where = which % 2 === 0 ? { all: true } : { room };
		person?.search("before:9999-12-31", where);
	}),
);

/** How far they have read a room, and what they want to hear of it: one that is theirs, or is not. */
const mark = fc.tuple(guest, guest).map(([who, which]) =>
	step(`guest ${who} has read a room (${which})`, (world) => {
		const person = insider(world, who)?.person;
		const room = pick(keys(world, who, which < 3), which);
		if (!room || !person) return;
		const { epoch, offset, said } = world.plume.state.head(room);
		const about = { type: types.own, room };
		const read = { ...about, kind: "read", epoch, offset, said };
		person.raw(JSON.stringify(read));
		person.raw(JSON.stringify({ ...about, kind: "level", level: "all" }));
	}),
);

export const roomSteps: fc.Arbitrary<Step>[] = [
	...[make, make, talkTo, talkTo, list, list, peek, peek],
	...[search, search, search, mark, mark, list, list],
	...Array<typeof go>(6).fill(invite),
	...[join, join, join, join, change, change],
	...Array<typeof go>(5).fill(go),
];
