/**
 * Rules are named guards, in one ordered list for each event type.
 *
 * The machines guard their transitions with a list. The engine's `decide`
 * functions ask the same list which rule fails first, and that rule's name is
 * the code of the refusal. So an event that a machine would not accept is
 * refused, in words, and never appended.
 */

export type Guard<Context, Event> = (args: {
	readonly context: Context;
	readonly event: Event;
}) => boolean;

/** The first of these rules that does not hold, or undefined if all do. */
export function firstBroken<Context, Event, Name extends string>(
	guards: Readonly<Record<Name, Guard<Context, Event>>>,
	names: readonly Name[],
	context: Context,
	event: Event,
): Name | undefined {
	return names.find((name) => !guards[name]({ context, event }));
}
