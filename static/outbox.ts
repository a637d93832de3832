/**
 * What this tab wants to say and the room has not shown yet, in order: a line
 * that is taken stays while what was missed is still being told. The open
 * lines are numbered from the last number that was taken, kept before
 * they are posted, and posted again under the same number after a lost
 * connection, so that each is said once. A refusal consumes no number: what
 * was posted after it is refused too, and numbered anew once all is answered.
 */

export interface Line {
	readonly text: string;
	/** The client that is to say it, or none yet. */
	readonly by: string;
	/** The number it was posted under, 0 before that. */
	readonly n: number;
	/** Why it was not taken, in words; an open line has none. */
	readonly why: string;
}

export interface Refusal {
	readonly n: number;
	readonly words: string;
	/** The number that the room takes next, if it says so. */
	readonly expected: number | undefined;
	/** It may be tried again, unchanged, after this many milliseconds. */
	readonly retryAfter: number | undefined;
}

interface World {
	keep(lines: readonly Line[]): void;
	post(text: string, n: number): void;
	wait(ms: number, then: () => void): void;
}

/** Lines in flight at most. */
const WINDOW = 8;

/** Up to this wait a line is sent again by itself; a longer one is told to the person. */
const PATIENCE_MS = 10_000;

export const TOO_LATE = "You had been logged out.";

const isOpen = ({ why }: Line) => why === "";

export class Outbox {
	#lines: readonly Line[];
	readonly #world: World;
	#client: string;
	#last = 0;
	#online = false;
	/** What was missed has been told: whatever is taken from here on is shown as well. */
	#live = false;
	/** A line was refused: the ones posted after it will be. */
	#stuck = false;
	#pauses = 0;

	/** `lines` and `client` are what this tab has kept. */
	constructor(lines: readonly Line[], client: string, world: World) {
		this.#lines = lines;
		this.#client = client;
		this.#world = world;
	}

	get lines(): readonly Line[] {
		return this.#lines;
	}

	say(...texts: readonly string[]): void {
		const lines = texts.map((text): Line => {
			return { text, by: this.#client, n: 0, why: "" };
		});
		this.#change([...this.#lines, ...lines]);
	}

	/**
	 * The room has taken up to `last` from this client, and is about to tell what
	 * was missed. What another client was to say is asked about first.
	 */
	welcome(client: string, last: number): void {
		this.#client = client;
		this.#last = last;
		this.#online = true;
		this.#live = false;
		this.#stuck = false;
		this.#change(
			this.#lines.map((line) => {
				if (isTaken(line, client, last)) return line;
				if (line.by === "" || line.by === client) return { ...line, n: 0 };
				return { ...line, why: line.why || TOO_LATE };
			}),
		);
	}

	/** All that was missed has been told. */
	caughtUp(): void {
		this.#live = true;
		this.shown(this.#last);
	}

	/** The connection is lost. */
	hold(): void {
		this.#online = false;
	}

	/** Everything up to `n` was taken from this client. */
	taken(n: number): void {
		if (n > this.#last) this.#last = n;
		if (!this.#live) this.#change(this.#lines);
		else this.shown(n);
	}

	/** Everything up to `n` was taken from `client`, and is shown. */
	shown(n: number, client = this.#client): void {
		if (client === this.#client && n > this.#last) this.#last = n;
		if (this.#lines.some((line) => isTaken(line, client, n))) {
			this.#change(this.#lines.filter((line) => !isTaken(line, client, n)));
		}
	}

	/** Answers whether the line waits to be sent again after a pause. */
	refused({ n, words, expected, retryAfter }: Refusal): boolean {
		const refused = this.#inFlight().find((line) => line.n === n);
		if (!refused) return false;
		this.#stuck = true;
		if (expected !== undefined) this.#last = expected - 1;
		const isWaiting = retryAfter !== undefined && retryAfter <= PATIENCE_MS;
		if (isWaiting) this.#pause(retryAfter);
		const reason = retryAfter ? `${words} ${whenAgain(retryAfter)}` : words;
		const why = isWaiting || expected !== undefined ? "" : reason;
		this.#change(
			this.#lines.map((line) =>
				line === refused ? { ...line, n: 0, why } : line,
			),
		);
		return isWaiting;
	}

	#pause(ms: number): void {
		this.#pauses += 1;
		this.#world.wait(ms, () => {
			this.#pauses -= 1;
			this.#change(this.#lines);
		});
	}

	/** Says what failed after all, behind everything else. */
	retry(): void {
		this.say(...this.drop());
	}

	/** Gives up what failed; answers its texts. */
	drop(): readonly string[] {
		const failed = this.#lines.filter((line) => !isOpen(line));
		this.#change(this.#lines.filter(isOpen));
		return failed.map(({ text }) => text);
	}

	#inFlight(): readonly Line[] {
		return this.#lines.filter((line) => isOpen(line) && line.n > this.#last);
	}

	#change(lines: readonly Line[]): void {
		this.#lines = lines;
		const flight = this.#inFlight().length;
		if (flight === 0) this.#stuck = false;
		const due: Line[] = [];
		if (this.#online && !this.#stuck && this.#pauses === 0) {
			let free = WINDOW - flight;
			let n = this.#last + flight;
			this.#lines = lines.map((line) => {
				if (!isOpen(line) || line.n > 0 || free <= 0) return line;
				free -= 1;
				n += 1;
				const posted = { ...line, by: this.#client, n };
				due.push(posted);
				return posted;
			});
		}
		this.#world.keep(this.#lines);
		for (const { text, n } of due) this.#world.post(text, n);
	}
}

function isTaken(line: Line, client: string, last: number): boolean {
	return line.by === client && line.n > 0 && line.n <= last;
}

const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 };

function whenAgain(ms: number): string {
	const unit =
		ms < UNIT_MS.minute ? "second" : ms < UNIT_MS.hour ? "minute" : "hour";
	const format = { style: "unit", unit, unitDisplay: "long" } as const;
	const wait = new Intl.NumberFormat("en", format);
	return `You can send again in about ${wait.format(Math.ceil(ms / UNIT_MS[unit]))}.`;
}
