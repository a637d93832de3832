/**
 * Who came in by a code and was not heard of since, by the hash of the login's
 * id: perhaps the answer was lost. Only of what this process has seen or read.
 */
import type {
	ClientId,
	ClientLeft,
	ClientResumed,
	LoginSucceeded,
} from "../../machines/events.ts";

export class Lately {
	readonly #pending = new Map<ClientId, string>();

	note(event: LoginSucceeded | ClientResumed | ClientLeft, pending = ""): void {
		const { client, type } = event;
		// A classic client has no session.
		if (type === "login.succeeded" && event.session)
			this.#pending.set(client, pending);
		else this.#pending.delete(client);
	}

	whose(hash: string): ClientId | undefined {
		for (const [client, pending] of this.#pending)
			if (pending === hash) return client;
		return undefined;
	}
}
