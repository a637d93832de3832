/**
 * Rules are named guards, in one ordered list for each event type.
 *
 * The machines guard their transitions with a list. The engine's `decide`
 * functions ask the same list which rule fails first, and that rule's name is
 * the code of the refusal. So an event that a machine would not accept is
 * refused, in words, and never appended.
 */

import { assign } from "xstate";

export type Guard<Context, Event> = (args: {
	readonly context: Context;
	readonly event: Event;
}) => boolean;

/** Makes a function that finds the first rule that an event breaks. */
export const firstBroken =
	<
		Context,
		Event,
		Name extends string,
		Type extends string,
		Rules extends { readonly [T in Type]: readonly Name[] },
	>(
		guards: Readonly<Record<Name, Guard<Context, Event>>>,
		rules: Rules,
	) =>
	<E extends Event & { readonly type: keyof Rules }>(
		context: Context,
		event: E,
	): Rules[E["type"]][number] | undefined =>
		rules[event.type].find((name) => !guards[name]({ context, event }));

/** Makes a function that makes a machine's actions: each changes the context at events of one type. */
export const changing =
	<Context extends object, Event extends { readonly type: string }>() =>
	<Type extends Event["type"]>(
		type: Type,
		change: (
			context: Context,
			event: Extract<Event, { readonly type: Type }>,
		) => Partial<Context>,
	) => {
		const isMeant = (
			event: Event,
		): event is Extract<Event, { readonly type: Type }> => event.type === type;
		return assign<Context, Event, undefined, Event, never>(
			({ context, event }) => (isMeant(event) ? change(context, event) : {}),
		);
	};
