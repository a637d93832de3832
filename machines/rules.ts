/**
 * Rules are named guards, kept in one ordered list for each event type.
 *
 * The machines use a list to guard a transition; the engine's `decide` asks
 * the same list which rule fails first, and that rule's name is the code of
 * the refusal. So what a machine would not accept is refused in words before
 * it is ever appended.
 */

export type Guard<Context, Event> = (args: {
	readonly context: Context;
	readonly event: Event;
}) => boolean;

/** The first of `names` that does not hold, or undefined if all do. */
export function firstBroken<Context, Event, Name extends string>(
	guards: Readonly<Record<Name, Guard<Context, Event>>>,
	names: readonly Name[],
	context: Context,
	event: Event,
): Name | undefined {
	return names.find((name) => !guards[name]({ context, event }));
}
