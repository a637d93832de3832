import refusalWords from "./refusals.json" with { type: "json" };

/**
 * Every rule that can refuse a person something, with the words they read:
 * what went wrong and what to do. A rule without words does not compile.
 */
export { refusalWords };

export type Rule = keyof typeof refusalWords;

export interface RefusalDetails {
	/** The id that the client gave its request. */
	readonly id?: string | undefined;
	readonly n?: number | undefined;
	readonly expected?: number | undefined;
	readonly retryAfterMs?: number | undefined;
}
