/** What operators and admins ask the sequencer by way of an edge. */
import { OperatorError } from "../engine/operation.ts";
import type { SequencerMessage } from "./messages.ts";

const AWAY = "The sequencer can't be reached just now: try again in a moment.";
const LOST =
	"The sequencer was gone before it answered. See whether this was done, and do it again if not.";

type Answer = Omit<SequencerMessage<"answer">, "kind">;

export class Asking {
	readonly #asked = new Map<number, (answer: Omit<Answer, "id">) => void>();
	#next = 1;

	/** Rejects with `OperatorError`. `send` is given the id that the answer brings back; undefined while the sequencer is away. */
	ask(send: ((id: number) => void) | undefined): Promise<readonly string[]> {
		if (!send) return Promise.reject(new OperatorError(AWAY));
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			this.#asked.set(id, ({ says, error }) =>
				says ? resolve(says) : reject(new OperatorError(error ?? LOST)),
			);
			send(id);
		});
	}

	answer({ id, ...answer }: Answer): void {
		this.#asked.get(id)?.(answer);
		this.#asked.delete(id);
	}

	/** The sequencer is gone. */
	lose(): void {
		for (const id of [...this.#asked.keys()]) this.answer({ id });
	}
}
