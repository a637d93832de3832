/**
 * The order of the rooms at the side: the last word first. It waits while
 * someone points at the list, has the focus in it or has it on a whole screen,
 * so that nothing moves away under them.
 */

import { find } from "./element.ts";
import type { JoinedRoom } from "./joined-rooms.ts";

/** `render` is called when the order may change again. */
export function roomOrder(list: HTMLElement, render: () => void) {
	let shown: readonly string[] = [];
	const isUsed = () =>
		list.matches(":hover, :focus-within, :popover-open #rooms");
	// The new state of the pointer and the focus is known only after the event.
	const settle = () => setTimeout(() => isUsed() || render());
	list.onpointerleave = settle;
	list.addEventListener("focusout", settle);
	find("#side").addEventListener("toggle", settle);
	return {
		isUsed,
		/** A room that was not shown before goes behind those in use. */
		of(rooms: readonly JoinedRoom[]): readonly JoinedRoom[] {
			const nth = new Map(isUsed() ? shown.map((name, at) => [name, at]) : []);
			const rank = ({ name }: JoinedRoom) => nth.get(name) ?? shown.length;
			const sorted = rooms.toSorted(
				(one, other) => rank(one) - rank(other) || other.at - one.at,
			);
			shown = sorted.map(({ name }) => name);
			return sorted;
		},
	};
}
