/**
 * What is a person's own, and no event: how far they have read each room, what
 * they want to hear of it, when nobody is to disturb them, and the browsers
 * that push services reach. The last value wins.
 */
import type { Field } from "./schema.ts";
import * as s from "./schema.ts";

/** “usual” takes a choice back. */
export const LEVELS = ["usual", "all", "mentions", "nothing"] as const;
export type Level = (typeof LEVELS)[number];

const level: Field<Level> = {
	read: (value) => LEVELS.find((one) => one === value) ?? null,
	empty: "all",
};
const count = s.wholeFrom(0);
const name = s.textOf(0, 64);
/** A minute of the day. */
const minute: Field<number> = {
	...count,
	read: (value) => {
		const read = count.read(value);
		return read !== null && read < 24 * 60 ? read : null;
	},
};

/** `said` counts the messages up to `offset`. */
export const readMark = { room: name, epoch: name, offset: count, said: count };
export const roomLevel = { room: name, level };
/** From one minute of the day to another, in a time zone. */
export const quiet = { from: minute, to: minute, zone: s.textOf(1, 64) };
/** The hours of a frame; those of none end them. */
export const maybeQuiet = {
	from: s.optional(quiet.from),
	to: s.optional(quiet.to),
	zone: s.optional(quiet.zone),
};
const NO_QUIET = { from: 0, to: 0, zone: "" };
/** A browser, as a push service knows it. */
export const device = {
	endpoint: s.textOf(1, 1024),
	p256dh: s.textOf(1, 128),
	auth: s.textOf(1, 64),
};

/** Leaves out what it can't read. A browser gets nothing more once the session that it came by is over. */
export const readOwn = (json: unknown) =>
	s.record({
		reads: s.listOf(s.record(readMark)),
		levels: s.listOf(s.record(roomLevel)),
		quiet: s.lenient({ read: s.record(quiet), empty: NO_QUIET }),
		devices: s.listOf(s.record({ ...device, session: name })),
	})(json);

export type Own = NonNullable<ReturnType<typeof readOwn>>;
export type ReadMark = Own["reads"][number];
export type Quiet = NonNullable<Own["quiet"]>;
export type Device = Own["devices"][number];

export type OwnChange =
	| ({ readonly kind: "read"; readonly unread?: true | undefined } & ReadMark)
	| ({ readonly kind: "level" } & Own["levels"][number])
	| ({ readonly kind: "quiet" } & {
			readonly [Field in keyof Quiet]?: Quiet[Field] | undefined;
	  })
	| ({ readonly kind: "subscribe" } & Device)
	| { readonly kind: "unsubscribe"; readonly endpoint: string };

/** Rooms that are remembered for one person, and browsers. */
export const [MOST_ROOMS, MOST_DEVICES] = [800, 4];

export const NOTHING_OWN: Own = {
	...{ reads: [], levels: [], devices: [], quiet: undefined },
};

/** The same value if nothing changes, but for levels and quiet hours. If there are too many rooms or browsers, the one that was changed first is forgotten. */
export function changedOwn(own: Own, change: OwnChange): Own {
	switch (change.kind) {
		case "read": {
			const { kind: _, unread, ...mark } = change;
			const before = own.reads.find(({ room }) => room === mark.room);
			const isBehind =
				before?.epoch === mark.epoch && before.offset >= mark.offset;
			if (isBehind && !unread) return own;
			const others = own.reads.filter((one) => one !== before);
			return { ...own, reads: [...others, mark].slice(-MOST_ROOMS) };
		}
		case "level": {
			const { room, level } = change;
			const others = own.levels.filter((one) => one.room !== room);
			const chosen = level === "usual" ? [] : [{ room, level }];
			const levels = [...others, ...chosen].slice(-MOST_ROOMS);
			return { ...own, levels };
		}
		case "quiet": {
			const { from = 0, to = 0, zone } = change;
			return { ...own, quiet: zone === undefined ? zone : { from, to, zone } };
		}
		case "subscribe": {
			const { kind: _, ...fresh } = change;
			if (own.devices.some((one) => isSame(one, fresh))) return own;
			const others = withoutDevice(own, fresh.endpoint);
			return { ...own, devices: [...others, fresh].slice(-MOST_DEVICES) };
		}
		case "unsubscribe": {
			const devices = withoutDevice(own, change.endpoint);
			return devices.length < own.devices.length ? { ...own, devices } : own;
		}
	}
}

const isSame = (one: Device, other: Device) =>
	[one.endpoint, one.p256dh, one.auth, one.session].join() ===
	[other.endpoint, other.p256dh, other.auth, other.session].join();

const withoutDevice = ({ devices }: Own, endpoint: string) =>
	devices.filter((one) => one.endpoint !== endpoint);

/** What a person wants to hear of a room, if they have chosen. */
export const levelOf = ({ levels }: Pick<Own, "levels">, room: string) =>
	levels.find((one) => one.room === room)?.level;
