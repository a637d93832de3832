import type { Language } from "../languages/words.ts";

/** A person: a name and an email. The email is sent to nobody else. */
export interface User {
	readonly name: string;
	readonly email: string;
	/** What their page is in; undefined means English. It is never logged. */
	readonly language?: Language | undefined;
}
