/** A small schema language for frames: field types, and a parser and an encoder made of them. */

export interface Field<T> {
	/** Returns the value, undefined for an optional field that is absent, or null if it is invalid. */
	readonly read: (value: unknown) => T | null;
	/** Stands in for an invalid value where the reader is lenient. */
	readonly empty: T;
	/** A frame is recognised by its key fields. */
	readonly isKey?: boolean;
}

/** A field with one possible value; it is left out of the parsed frame. */
export interface Constant<V = unknown> extends Field<undefined> {
	readonly constant: V;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
	typeof value === "object" && value !== null;

/** Returns an empty object for anything that is not a JSON object. */
export function parseJson(data: string): Json {
	try {
		const json: unknown = JSON.parse(data);
		return isJson(json) ? json : {};
	} catch {
		return {};
	}
}

/** The upper bound is the last millisecond a Date can hold, so every value is a valid time. */
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

/** The bounds are in UTF-16 units. */
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

export const optional = <T>({
	read,
}: Pick<Field<T>, "read">): Field<T | undefined> => ({
	read: (value) => (value === undefined ? undefined : read(value)),
	empty: undefined,
});

/** An optional field whose invalid values count as absent. */
export const lenient = <T>({ read }: Field<T>): Field<T | undefined> => ({
	read: (value) => read(value) ?? undefined,
	empty: undefined,
});

/** Invalid elements are left out. */
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

/** A constant that is written as given, and not checked when read. */
export const always = <V>(value: V): Constant<V> => ({
	...only(value),
	isKey: false,
});

export const text = textOf(0, Number.POSITIVE_INFINITY);
/** A person: `{"name": …}` on the wire, the name alone in the parsed frame. */
export const user: Field<string> = {
	...text,
	read: (value) => (isJson(value) ? text.read(value.name) : null),
};

type ValueOf<F> = F extends Field<infer T> ? T : never;
/** The wire's `user` is called `name` in the parsed frame. */
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

/** The fields of a frame with their names on the wire and in the parsed frame. */
const columnsOf = (fields: Fields) =>
	Object.entries(fields).map(([wire, field]) => ({
		wire,
		name: wire === "user" ? "name" : wire,
		...{ constant: undefined, isKey: false },
		...field,
	}));

type Columns = ReturnType<typeof columnsOf>;

/** Reads all columns into `into`. Returns false at an invalid field, unless it is lenient. */
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

/** An element of a list; it is read leniently, unless it should not be. */
export function record<F extends Fields>(
	fields: F,
	isLenient?: boolean,
): (value: unknown) => Read<F> | null;
export function record(fields: Fields, isLenient = true) {
	const columns = columnsOf(fields);
	return (value: unknown) => {
		const read = {};
		const isSound = isJson(value) && fill(read, columns, value, isLenient);
		return isSound ? read : null;
	};
}

export type FrameTable = Readonly<Record<string, Fields>>;

/** Makes a parser. It returns undefined if the JSON is none of these frames. */
export function reader<T extends FrameTable>(
	frames: T,
	isLenient: boolean,
): (json: Json) => Frames<T, keyof T> | undefined;
export function reader(frames: FrameTable, isLenient: boolean) {
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

/** Makes an encoder: from a parsed frame to the object that goes on the wire. */
export function writer<T extends FrameTable>(frames: T) {
	const all = new Map<unknown, Columns>(
		Object.entries(frames).map(([kind, fields]) => [kind, columnsOf(fields)]),
	);
	return (parsed: Frames<T, keyof T>): object => {
		const values: Json = parsed;
		const frame: Record<string, unknown> = {};
		for (const { wire, name, constant } of all.get(parsed.kind) ?? [])
			frame[wire] =
				constant ?? (wire === "user" ? { name: values.name } : values[name]);
		return frame;
	};
}
