/**
 * A client of plume.2, written from PROTOCOL.md alone by someone who has not
 * seen the server: it imports nothing of ours. It keeps a transcript of the
 * room by offset, and notes whatever the protocol does not allow.
 */
import { WebSocket } from "ws";

/** What PROTOCOL.md calls the frames. */
const types = {
	hello: 0,
	text: 1,
	auth: 2,
	authRst: 4,
	mayNotEnter: 5,
	open: 6,
	welcome: 7,
	session: 8,
	pending: 9,
	ack: 10,
	refused: 11,
	system: 12,
	gap: 13,
	history: 14,
} as const;

/** Close codes after which one stays away. */
const FOR_GOOD = new Set([1002, 1003, 1007, 1008, 1009, 4001, 4002, 4003]);
/** Refusals after which the same may be sent again. */
const LATER = new Set([
	...["isNotTooFast", "diskHasSpace", "isNotErasing", "sequencerIsThere"],
]);
const PAGE = 30;
/** Slower than the five a second that one may say. */
const SLOW_MS = 220;

interface Frame {
	readonly type: number;
	readonly [field: string]: unknown;
}

interface Line {
	readonly n: number;
	readonly text: string;
}

export interface Item {
	readonly offset: number;
	readonly kind: string;
	readonly text: string;
	readonly client: string;
	readonly n: number | undefined;
}

export interface StrangerOptions {
	readonly url: string;
	readonly name: string;
	readonly room: string;
	/** How many items of history it asks for at once. */
	readonly page?: number;
	/** Reads the newest login code in this person's mail, and waits for one that is not the `wrong` one. */
	readonly readCode: (wrong?: string) => Promise<string>;
}

export class Stranger {
	/** What was seen of the room, by offset. */
	readonly transcript = new Map<number, Item>();
	/** What the protocol does not allow. */
	readonly faults: string[] = [];
	readonly counts = { cuts: 0, resumes: 0, gaps: 0, refused: 0, logins: 0 };
	/** The codes of all refusals, in order. */
	readonly refusals: string[] = [];
	epoch = "";
	offset = 0;
	isIn = false;
	/** Until then nobody connects: a pause that is long enough for a gap. */
	#away = Promise.resolve();
	readonly #options: StrangerOptions;
	#url: string;
	#socket: WebSocket | undefined;
	#session = "";
	#client = "";
	#pending = "";
	#code: Promise<string> | undefined;
	#typed: string | undefined;
	/** Said and not acknowledged; sent in order. */
	#outbox: Line[] = [];
	#lastN = 0;
	/** Between a 7 or a 13 and the 14 that ends the latest history, items may begin anywhere. */
	#isReadingLatest = false;
	/** The offset that the latest history ends at. */
	#latestEnd = 0;
	/** A page of earlier history that was asked for. */
	#page: { readonly id: string; readonly before: number } | undefined;
	/** Lines of a client that the server knows no more: said already, or to be said anew. */
	#orphans: { readonly client: string; readonly lines: Line[] } | undefined;
	#requests = 0;
	/** After a refusal for haste: one line at a time until all are taken. */
	#isSlow = false;
	#isLeaving = false;
	#attempts = 0;

	constructor(options: StrangerOptions) {
		this.#options = options;
		this.#url = options.url;
		this.#connect();
	}

	/** How many lines are not acknowledged. */
	get waiting(): number {
		return this.#outbox.length + (this.#orphans?.lines.length ?? 0);
	}

	/** What was said, in its order. */
	get said(): readonly string[] {
		return [...this.transcript.values()]
			.filter(({ kind }) => kind === "said")
			.sort((one, other) => one.offset - other.offset)
			.map(({ text }) => text);
	}

	/** The server has moved. */
	moveTo(url: string): void {
		this.#url = url;
	}

	say(text: string): void {
		const line = { n: ++this.#lastN, text };
		this.#outbox.push(line);
		if (this.isIn && !this.#isSlow) this.#sendLine(line);
	}

	/** Sends a line that was acknowledged, or is on its way, once more. */
	repeat(text: string, n: number): void {
		const { room } = this.#options;
		if (this.isIn) this.#send({ type: types.text, text, n, room });
	}

	/** Sends what is no numbered line of ours. */
	sendRaw(frame: Frame): void {
		this.#send(frame);
	}

	/** Loses the connection, and comes back when `away` is over. */
	cut(away: Promise<void> = Promise.resolve()): void {
		this.counts.cuts++;
		this.#away = away;
		this.#socket?.terminate();
	}

	leave(): void {
		this.#isLeaving = true;
		this.#socket?.close(1000);
	}

	/** Asks for what is missing before the first line it knows of a run. */
	fillHoles(): void {
		if (!this.isIn || this.#page) return;
		const before = this.#firstHole();
		if (before === undefined) return;
		const id = `page-${++this.#requests}`;
		this.#page = { id, before };
		const { room } = this.#options;
		const { epoch } = this;
		const limit = this.#options.page ?? PAGE;
		const asked = { room, epoch, before, limit, id };
		this.#send({ type: types.history, ...asked });
	}

	/** The first offset, from the end, whose predecessor is not known. */
	#firstHole(): number | undefined {
		for (let at = this.offset; at > 1; at--)
			if (!this.transcript.has(at - 1)) return at;
		return undefined;
	}

	#connect(): void {
		const socket = new WebSocket(`${this.#url}/connect`, "plume.2");
		this.#socket = socket;
		socket.on("open", () => this.#introduce());
		socket.on("message", (data) => {
			if (socket === this.#socket) this.#hear(JSON.parse(String(data)));
		});
		socket.on("error", () => {});
		socket.on("close", (code) => {
			if (socket === this.#socket) this.#lost(code);
		});
	}

	#lost(code: number): void {
		this.isIn = false;
		this.#page = undefined;
		this.#isReadingLatest = false;
		if (this.#isLeaving) return;
		if (FOR_GOOD.has(code)) {
			this.faults.push(`closed for good with ${code}`);
			return;
		}
		const jitterMs = Math.random() * Math.min(1000, 50 * 2 ** this.#attempts++);
		void this.#away.then(() => setTimeout(() => this.#connect(), jitterMs));
	}

	/** The first frame: open if we were here before, hello if not. */
	#introduce(): void {
		const { room, name } = this.#options;
		const { epoch, offset } = this;
		if (this.#session) {
			const position = epoch ? { epoch, offset, client: this.#client } : {};
			this.#send({
				type: types.open,
				session: this.#session,
				room,
				...position,
			});
		} else if (this.#pending)
			this.#send({ type: types.open, pending: this.#pending, room });
		else
			this.#send({
				type: types.hello,
				text: `${name}\n${name}@example.org`,
				room,
			});
	}

	#send(frame: Frame): void {
		if (this.#socket?.readyState === WebSocket.OPEN)
			this.#socket.send(JSON.stringify(frame));
	}

	#sendLine({ n, text }: Line): void {
		const { room } = this.#options;
		this.#send({ type: types.text, text, n, room });
	}

	#hear(frame: Frame): void {
		switch (frame.type) {
			case types.pending:
				this.#expectCode(String(frame.pending));
				break;
			case types.authRst:
				this.#code = this.#options.readCode(this.#typed);
				break;
			case types.session:
				this.#session = String(frame.token);
				this.#pending = "";
				this.counts.logins++;
				break;
			case types.welcome:
				this.#welcomed(frame);
				break;
			case types.text:
			case types.system:
				if (typeof frame.offset === "number") this.#see(frame, frame.offset);
				break;
			case types.history:
				this.#endOfHistory(frame);
				break;
			case types.gap:
				this.counts.gaps++;
				this.epoch = String(frame.epoch);
				this.#isReadingLatest = true;
				this.#latestEnd = Number(frame.offset);
				break;
			case types.ack:
				this.#acknowledged(Number(frame.last));
				break;
			case types.refused:
			case types.mayNotEnter:
				this.#refused(frame);
		}
	}

	/** Types the code once it is there, and again if the login is taken up on another connection. */
	#expectCode(pending: string): void {
		if (pending !== this.#pending) this.#code = this.#options.readCode();
		this.#pending = pending;
		const socket = this.#socket;
		void this.#code?.then((text) => {
			if (socket !== this.#socket) return;
			this.#typed = text;
			this.#send({ type: types.auth, text });
		});
	}

	#welcomed(frame: Frame): void {
		const epoch = String(frame.epoch);
		const client = String(frame.client);
		const isResumed = this.epoch === epoch && this.offset > 0;
		if (isResumed) this.counts.resumes++;
		this.#attempts = 0;
		this.isIn = true;
		this.epoch = epoch;
		this.#isReadingLatest = !isResumed;
		this.#latestEnd = Number(frame.offset);
		if (this.#client && this.#client !== client && this.#outbox.length > 0) {
			this.#orphans = { client: this.#client, lines: this.#outbox };
			this.#outbox = [];
		}
		if (this.#client !== client) this.#lastN = Number(frame.last);
		this.#client = client;
		this.#acknowledged(Number(frame.last));
		this.#resendFrom(0);
		if (isResumed) this.#settleOrphans();
	}

	/** An item is live or missed if it is the next; earlier ones are history. */
	#see(frame: Frame, offset: number): void {
		if (frame.epoch !== this.epoch) {
			this.faults.push(`an item of another epoch: ${frame.epoch}`);
			return;
		}
		const item: Item = {
			offset,
			kind: frame.type === types.text ? "said" : String(frame.kind),
			text: String(frame.text),
			client: String(frame.client),
			n: typeof frame.n === "number" ? frame.n : undefined,
		};
		const known = this.transcript.get(offset);
		if (known && known.text !== item.text)
			this.faults.push(`offset ${offset} was "${known.text}"`);
		if (known && offset > this.offset)
			this.faults.push(`offset ${offset} was seen before its turn`);
		if (offset > this.offset + 1 && !this.#isReadingLatest)
			this.faults.push(`a silent hole between ${this.offset} and ${offset}`);
		if (offset <= this.offset && !this.#isReadingLatest && !this.#page)
			this.faults.push(`offset ${offset} came again after ${this.offset}`);
		this.transcript.set(offset, item);
		this.offset = Math.max(this.offset, offset);
	}

	#endOfHistory(frame: Frame): void {
		if (frame.before === undefined) {
			this.#isReadingLatest = false;
			if (this.offset !== this.#latestEnd)
				this.faults.push(`history ended at ${this.offset}`);
			this.#settleOrphans();
		} else if (frame.id === this.#page?.id) this.#page = undefined;
		else this.faults.push(`a page that was not asked for: ${frame.id}`);
	}

	/** Says anew what the old client's lines did not get through. */
	#settleOrphans(): void {
		const { client, lines } = this.#orphans ?? { client: "", lines: [] };
		this.#orphans = undefined;
		const said = new Set<number | undefined>();
		for (const item of this.transcript.values())
			if (item.client === client) said.add(item.n);
		for (const { n, text } of lines) if (!said.has(n)) this.say(text);
	}

	#acknowledged(last: number): void {
		this.#outbox = this.#outbox.filter(({ n }) => n > last);
	}

	#refused(frame: Frame): void {
		this.counts.refused++;
		const code = String(frame.code);
		this.refusals.push(code);
		if (frame.id !== undefined && frame.id === this.#page?.id)
			this.#page = undefined;
		if (code === "sessionIsOpen") this.#session = "";
		if (code === "loginIsPending") this.#pending = "";
		if (code === "sessionIsOpen" || code === "loginIsPending")
			this.#introduce();
		// Nobody knows whether that was done: it is asked for again.
		if (code === "sequencerIsThere" && !this.isIn)
			setTimeout(() => this.#socket?.terminate(), Number(frame.retryAfter));
		if (typeof frame.n !== "number") return;
		if (typeof frame.expected === "number") this.#resendFrom(frame.expected);
		else if (LATER.has(code)) this.#slowDown(Number(frame.retryAfter ?? 50));
		else this.#drop(frame.n);
	}

	/** Sends the first line that is not taken, then the next, until none is left. */
	#slowDown(afterMs: number): void {
		if (this.#isSlow) return;
		this.#isSlow = true;
		setTimeout(() => this.#sendOne(), afterMs);
	}

	#sendOne(): void {
		const [line] = this.#outbox;
		this.#isSlow = line !== undefined;
		if (!line) return;
		if (this.isIn) this.#sendLine(line);
		setTimeout(() => this.#sendOne(), SLOW_MS);
	}

	#resendFrom(n: number): void {
		if (!this.isIn || this.#isSlow) return;
		for (const line of this.#outbox) if (line.n >= n) this.#sendLine(line);
	}

	/** What will never be taken used no number: those behind it move up. */
	#drop(n: number): void {
		const behind = this.#outbox.filter((line) => line.n > n);
		this.#outbox = [
			...this.#outbox.filter((line) => line.n < n),
			...behind.map((line) => ({ ...line, n: line.n - 1 })),
		];
		this.#lastN--;
		this.#resendFrom(n);
	}
}
