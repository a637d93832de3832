/**
 * What a frame is made of: its fields, in their order, each with a check and a
 * type; and how all frames are read and written by that.
 */

export interface Field<T> {
	/** Undefined where it may be absent and is; null for anything it can't be. */
	readonly read: (value: unknown) => T | null;
	/** What the page takes it for then. */
	readonly empty: T;
	readonly isKey?: boolean;
}

/** It is always the same, so that nothing is read of it. */
export interface Constant<V = unknown> extends Field<undefined> {
	readonly constant: V;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
	typeof value === "object" && value !== null;

/** What came over the wire; nothing at all if it is no object. */
export function parseJson(data: string): Json {
	try {
		const json: unknown = JSON.parse(data);
		return isJson(json) ? json : {};
	} catch {
		return {};
	}
}

/** The largest is the last millisecond a Date knows: any of them can be a time. */
export const wholeFrom = (least: number): Field<number> => ({
	read: (value) =>
		typeof value === "number" &&
		Number.isInteger(value) &&
		value >= least &&
		value <= 8.64e15
			? value
			: null,
	empty: 0,
});

/** In UTF-16 units. */
export const textOf = (least: number, most: number): Field<string> => ({
	read: (value) =>
		typeof value === "string" && value.length >= least && value.length <= most
			? value
			: null,
	empty: "",
});

export const flag: Field<boolean> = {
	read: (value) => (typeof value === "boolean" ? value : null),
	empty: false,
};
export const yes: Field<true> = {
	read: (value) => (value === true ? value : null),
	empty: true,
};

/** It may be absent. */
export const optional = <T>({ read }: Field<T>): Field<T | undefined> => ({
	read: (value) => (value === undefined ? undefined : read(value)),
	empty: undefined,
});

/** It may be absent, and anything it can't be is as good as that. */
export const lenient = <T>({ read }: Field<T>): Field<T | undefined> => ({
	read: (value) => read(value) ?? undefined,
	empty: undefined,
});

/** What can't be an element is left out. */
export const listOf = <T>(
	read: (value: unknown) => T | null,
	most = Number.POSITIVE_INFINITY,
): Field<readonly T[]> => ({
	read: (value) =>
		Array.isArray(value) && value.length <= most
			? value.map(read).filter((one) => one !== null)
			: null,
	empty: [],
});

export const key = <T>(of: Field<T>): Field<T> => ({ ...of, isKey: true });

export const only = <const V>(value: V): Constant<V> => ({
	...{ constant: value, isKey: true, empty: undefined },
	read: (given) => (given === value ? undefined : null),
});

/** Nobody looks at what it is. */
export const always = <V>(value: V): Constant<V> => ({
	...only(value),
	isKey: false,
});

export const text = textOf(0, Number.POSITIVE_INFINITY);
/** The name out of `{"name": …}`. */
export const user: Field<string> = {
	...text,
	read: (value) => (isJson(value) ? text.read(value.name) : null),
};

type ValueOf<F> = F extends Field<infer T> ? T : never;
/** A person is a `user` in a frame, and a `name` in what is read of it. */
type NameOf<K, F> = F extends Constant ? never : K extends "user" ? "name" : K;
type Read<F> = {
	readonly [K in keyof F as undefined extends ValueOf<F[K]>
		? never
		: NameOf<K, F[K]>]: ValueOf<F[K]>;
} & {
	readonly [K in keyof F as undefined extends ValueOf<F[K]>
		? NameOf<K, F[K]>
		: never]?: ValueOf<F[K]>;
};
export type Frames<T, K extends keyof T> = K extends unknown
	? { readonly kind: K } & Read<T[K]>
	: never;

/** The fields of a frame, and what each is called in what is read of it. */
const columnsOf = (fields: Fields) =>
	Object.entries(fields).map(([wire, field]) => ({
		wire,
		name: wire === "user" ? "name" : wire,
		...{ constant: undefined, isKey: false },
		...field,
	}));

type Columns = ReturnType<typeof columnsOf>;

/** Fills in what is read; false if a field is what it can't be, unless it may read as empty. */
function fill(
	into: Record<string, unknown>,
	columns: Columns,
	json: Json,
	isLenient: boolean,
) {
	for (const { wire, name, read, empty, constant } of columns) {
		if (constant !== undefined) continue;
		const value = read(json[wire]);
		if (value === null && !isLenient) return false;
		into[name] = value ?? empty;
	}
	return true;
}

/** Reads an element of a list, in which a field of the wrong type reads as empty. */
export function record<F extends Fields>(
	fields: F,
): (value: unknown) => Read<F> | null;
export function record(fields: Fields) {
	const columns = columnsOf(fields);
	return (value: unknown) => {
		const read = {};
		return isJson(value) && fill(read, columns, value, true) ? read : null;
	};
}

export type Rows = Readonly<Record<string, Fields>>;

/** Makes of JSON what it says, by the frame's name; undefined if it is none of these frames. */
export function reader<T extends Rows>(
	frames: T,
	isLenient: boolean,
): (json: Json) => Frames<T, keyof T> | undefined;
export function reader(frames: Rows, isLenient: boolean) {
	const all = Object.entries(frames).map(([kind, fields]) => {
		const columns = columnsOf(fields);
		return { kind, columns, keys: columns.filter(({ isKey }) => isKey) };
	});
	return (json: Json): object | undefined => {
		const frame = all.find(({ keys }) =>
			keys.every(({ wire, read }) => read(json[wire]) !== null),
		);
		if (!frame) return undefined;
		const found = { kind: frame.kind };
		return fill(found, frame.columns, json, isLenient) ? found : undefined;
	};
}

/** Makes frames that are ready for JSON of what they say. */
export function writer<T extends Rows>(frames: T) {
	const all = new Map<unknown, Columns>(
		Object.entries(frames).map(([kind, fields]) => [kind, columnsOf(fields)]),
	);
	return (told: Frames<T, keyof T>): object => {
		const values: Json = told;
		const frame: Record<string, unknown> = {};
		for (const { wire, name, constant } of all.get(told.kind) ?? [])
			frame[wire] =
				constant ?? (wire === "user" ? { name: values.name } : values[name]);
		return frame;
	};
}
