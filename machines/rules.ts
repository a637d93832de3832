/**
 * Rules are named guards, in one ordered list for each event type.
 *
 * The machines guard their transitions with a list. The engine's `decide`
 * functions ask the same list which rule fails first, and that rule's name is
 * the code of the refusal. So an event that a machine would not accept is
 * refused, in words, and never appended.
 */

import { Map as PersistentMap } from "immutable";
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

/** Makes a function that makes a transition with actions, guarded by the rules of its event. `all` is XState's `and`, whose types only a machine can give. */
export const ruledBy =
	<Type extends string, Name, All>(
		rules: Readonly<Record<Type, readonly Name[]>>,
		all: (names: readonly Name[]) => All,
	) =>
	<const Actions>(type: Type, actions: Actions) => ({
		guard: all(rules[type]),
		actions,
	});

/** What a moderator did to someone, for a while or for ever. */
export interface Sanction {
	/** Milliseconds since 1970. */
	readonly until?: number;
	readonly by: string;
}

type Sanctions = PersistentMap<string, Sanction>;

/** Until when a sanction holds: Infinity for ever, 0 if there is none or it is over. */
export function sanctionedUntil(
	sanctions: Sanctions | undefined,
	identity: string | undefined,
	time: number,
): number {
	if (!sanctions || identity === undefined) return 0;
	const { until = Number.POSITIVE_INFINITY } = sanctions.get(identity) ?? {
		until: 0,
	};
	return time < until ? until : 0;
}

/** Adds a sanction. */
export const sanctioned = (
	sanctions: Sanctions = PersistentMap(),
	{ identity, until, by }: Sanction & { readonly identity: string },
): Sanctions =>
	sanctions.set(identity, { ...(until !== undefined && { until }), by });

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
