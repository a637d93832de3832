/** Carries out what an operator asks of the running server. */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Engine } from "../engine/engine.ts";
import { type EngineParts, viewOf } from "../engine/parts.ts";
import {
	count,
	type Decide,
	hand,
	notice,
	OperatorError,
	recheck,
	registration,
	release,
	rename,
	say,
	waitingFor,
} from "./operations.ts";
import type { OperatorCommand } from "./usage.ts";

/** How long a code waits for someone to ask for it. */
const WAIT_MS = 5 * 60_000;

type Lines = AsyncIterable<string> | readonly string[];
type Asked = (
	args: readonly string[],
	signal: AbortSignal,
) => Lines | Promise<Lines>;

export interface OperatorParts {
	readonly engine: Engine;
	readonly parts: EngineParts;
	/** Reads the settings that may change while the server runs. Throws `ConfigError`, and then nothing has changed. */
	readonly reread: () => readonly string[];
}

export class Operator {
	readonly #engine: Engine;
	readonly #parts: EngineParts;
	/** Called at each login that begins. */
	readonly #waiting = new Set<(event: PlumeEvent) => void>();
	readonly #commands: Readonly<Record<OperatorCommand, Asked>>;

	constructor({ engine, parts, reread }: OperatorParts) {
		this.#engine = engine;
		this.#parts = parts;
		const act = (decide: Decide) => engine.operate(decide);
		this.#commands = {
			who: () => this.#who(),
			rooms: () => this.#rooms(),
			names: () => this.#names(),
			say: ([room = "", text = ""]) => act(say(room, text)),
			notice: ([text = ""]) => act(notice(text)),
			code: ([name = "", email], signal) => this.#code(name, email, signal),
			release: ([name = ""]) => act(release(name)),
			rename: ([name = "", to = ""]) => act(rename(name, to)),
			close: () => act(registration("closed")),
			open: () => act(registration("opened")),
			reload: async () => [...reread(), ...(await act(recheck))],
		};
	}

	/** The answer, line by line. Throws `OperatorError` or `ConfigError` if it can't be done. */
	async *run(
		command: OperatorCommand,
		args: readonly string[],
		signal: AbortSignal,
	): AsyncGenerator<string, void> {
		yield* await this.#commands[command](args, signal);
	}

	/** Call once an event is committed. */
	onCommitted(event: PlumeEvent): void {
		if (event.type === "login.requested")
			for (const hear of this.#waiting) hear(event);
	}

	#who(): readonly string[] {
		const { rooms } = this.#parts.states.committed;
		const rows = [...rooms].flatMap(([room, { context }]) => {
			const members = [...context.members.values()];
			const names = [...new Set(members.map(({ name }) => name))].sort();
			return names.map((name) => {
				const tabs = members.filter((member) => member.name === name);
				const lost = tabs.filter(({ deadline }) => deadline !== undefined);
				const isLost = lost.length === tabs.length;
				return [
					...[name, room],
					isLost ? "connection lost" : count(tabs.length - lost.length, "tab"),
				];
			});
		});
		return table(rows, "Nobody is here.");
	}

	#rooms(): readonly string[] {
		const { rooms } = this.#parts.states.committed;
		const rows = [...rooms].map(([room, { context }]) => [
			room,
			`${context.holders.size} here`,
			count(context.said, "message"),
		]);
		return table(rows, "No room was opened yet.");
	}

	#names(): readonly string[] {
		const { names } = this.#parts.states.committed.server.context;
		const rows = [...names.values()].map(
			({ name, identity, person = identity, lastUsed }) => [
				name,
				// The beginning of a MAC: names with the same one are one person's.
				person.slice(0, 6),
				lastUsed > 0 ? new Date(lastUsed).toISOString().slice(0, 10) : "",
			],
		);
		return table(rows.sort(), "Nobody owns a name.");
	}

	/** Hands over a code, at once or when someone asks for it. */
	async *#code(name: string, email: string | undefined, signal: AbortSignal) {
		const find = () => waitingFor(viewOf(this.#parts), name, email);
		let login = find();
		if (!login) {
			yield `Nobody waits for a code as ${name}. Let them ask for one now: I wait for ${WAIT_MS / 60_000} minutes (Ctrl+C ends that).`;
			await this.#loginRequested(() => find() !== undefined, signal);
			login = find();
		}
		const asked = login;
		if (!asked) throw new OperatorError(`Nobody asked for a code as ${name}.`);
		yield* await this.#engine.operate((view) => hand(view, asked));
	}

	/** Resolves when a login begins for which `isMeant` holds, or when there is no more waiting. */
	async #loginRequested(isMeant: () => boolean, signal: AbortSignal) {
		await new Promise<void>((resolve) => {
			const end = () => {
				this.#waiting.delete(hear);
				cancel();
				resolve();
			};
			const hear = () => isMeant() && end();
			const cancel = this.#parts.clock.after(WAIT_MS, end);
			this.#waiting.add(hear);
			signal.addEventListener("abort", end, { once: true });
		});
	}
}

/** Columns, as wide as they must be. */
function table(rows: readonly string[][], none: string): readonly string[] {
	if (rows.length === 0) return [none];
	const widths = rows[0]?.map((_, at) =>
		Math.max(...rows.map((row) => row[at]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}
