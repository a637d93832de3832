/** Fields that several frames have. */
import { MessageType as types } from "./message-type.ts";
import * as s from "./schema.ts";

export const text = s.text;
export const user = s.user;

export const count = s.wholeFrom(0);
export const positive = s.wholeFrom(1);
/** A number that may be absent. */
export const maybe = s.optional(count);
export const shortId = s.textOf(0, 64);
export const requestId = s.textOf(1, 32);
export const id = s.optional(requestId);
/** Anything but a string reads as "", which names no room. */
export const roomName = {
	...s.optional(text),
	read: (value: unknown) =>
		value === undefined ? undefined : (text.read(value) ?? ""),
};
export const erase = { type: s.only(types.erase) };
export const history = { type: s.only(types.history) };

/** Frames of one type, which their kind tells apart. */
const kinded =
	<const T>(type: T) =>
	<const K>(kind: K) => ({ type: s.only(type), kind: s.only(kind) });

export const signal = kinded(types.signal);
/** Frames about rooms that are not for all. */
export const rooms = kinded(types.rooms);
export const search = kinded(types.search);
/** Frames about a message that was said. */
export const relation = kinded(types.relation);
/** Frames about what is a person's own, and no event. */
export const own = kinded(types.own);

export const message = { room: shortId, epoch: shortId, target: positive };
/** An emoji; longer ones are refused in words. */
export const emoji = s.textOf(0, 256);
