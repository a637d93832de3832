/** Asks the server, as the one who is logged in on the chat page. */
import { BASE } from "../base-path.ts";
import { byOwnClock } from "../moments.ts";
import { storedSession } from "../storage.ts";

/** A table, or words about what was done. */
export interface Answer {
	readonly heads?: readonly string[];
	readonly rows?: readonly (readonly string[])[];
	/** What is said if there are no rows. */
	readonly none?: string;
	readonly says?: readonly string[];
}

/** Throws an error with words for the admin, and the status as its cause. */
export async function ask(command: string, ...args: readonly string[]) {
	const answer = await fetch(`${BASE}admin/${command}`, {
		method: "POST",
		headers: { Authorization: `Bearer ${storedSession()}` },
		body: JSON.stringify({ args }),
	}).catch(() => {
		throw new Error("The server can't be reached just now.");
	});
	const { ok, status: cause } = answer;
	const text = await answer.text();
	if (!ok) throw new Error(text, { cause });
	const said: Answer = JSON.parse(byOwnClock(text, "en"));
	return said;
}
