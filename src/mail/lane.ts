/**
 * Mails that wait, fair between networks: each has one mail in a round, and
 * within a round the first to come goes first.
 */
interface Queued {
	readonly network: string;
	readonly round: number;
}

export class Lane<Mail extends { readonly network: string }> {
	#waiting: (Mail & Queued)[] = [];
	#round = 0;

	get length(): number {
		return this.#waiting.length;
	}

	/** How many would go before a network's next mail. */
	ahead(network: string): number {
		const round = this.#roundOf(network);
		const after = this.#waiting.findIndex((other) => other.round > round);
		return after < 0 ? this.length : after;
	}

	add(mail: Mail): void {
		const round = this.#roundOf(mail.network);
		this.#waiting.splice(this.ahead(mail.network), 0, { ...mail, round });
	}

	shift(): Mail | undefined {
		const next = this.#waiting.shift();
		this.#round = next?.round ?? this.#round;
		return next;
	}

	/** Takes out all that `isOver` says. */
	remove(isOver: (mail: Mail) => boolean): readonly Mail[] {
		const removed = this.#waiting.filter(isOver);
		this.#waiting = this.#waiting.filter((mail) => !isOver(mail));
		return removed;
	}

	#roundOf(network: string): number {
		const last = this.#waiting.findLast((other) => other.network === network);
		return (last?.round ?? this.#round) + 1;
	}
}
