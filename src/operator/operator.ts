/** Carries out what an operator asks of the running server. */
import type { PlumeEvent } from "../../machines/events.ts";
import { LOBBY } from "../../machines/message.ts";
import { parseRoomName } from "../chat/room-name.ts";
import { operator } from "../engine/commands/actor.ts";
import { namesHeld } from "../engine/commands/names-held.ts";
import type { Engine } from "../engine/engine.ts";
import type { ActAsked } from "../engine/moderation.ts";
import { type Decide, OperatorError } from "../engine/operation.ts";
import { type EngineParts, viewOf } from "../engine/parts.ts";
import { momentOf } from "../moment.ts";
import {
	count,
	hand,
	noRoom,
	notice,
	recheck,
	registration,
	release,
	rename,
	say,
	waitingFor,
} from "./operations.ts";
import { statusRows } from "./status.ts";
import type { OperatorCommand } from "./usage.ts";

/** How long a code waits for someone to ask for it. */
const WAIT_MS = 5 * 60_000;

/** So many UTF-16 units of a reported message are shown. */
const MOST_SHOWN = 120;

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
	/** The data folder; undefined if the log is in memory. */
	readonly folder: string | undefined;
}

export class Operator {
	readonly #engine: Engine;
	readonly #parts: EngineParts;
	/** Called at each login that begins. */
	readonly #waiting = new Set<(event: PlumeEvent) => void>();
	readonly #commands: Readonly<Record<OperatorCommand, Asked>>;

	readonly #folder: string | undefined;
	readonly #startedAt: number;

	constructor({ engine, parts, reread, folder }: OperatorParts) {
		this.#folder = folder;
		this.#startedAt = parts.clock.now();
		this.#engine = engine;
		this.#parts = parts;
		const act = (decide: Decide) => engine.moderation.operate(decide);
		this.#commands = {
			who: () => this.#who(),
			status: () => this.#status(),
			rooms: () => this.#rooms(),
			names: () => this.#names(),
			say: ([room = "", text = ""]) => act(say(room, text)),
			notice: ([text = ""]) => act(notice(text)),
			code: ([name = "", email], signal) => this.#code(name, email, signal),
			ban: ([what = "", why = ""]) => this.#act("ban", LOBBY, what, why),
			unban: ([what = ""]) => this.#act("unban", LOBBY, what),
			bans: () => this.#bans(),
			kick: (args) => this.#actIn("kick", args),
			mute: (args) => this.#actIn("mute", args),
			unmute: (args) => this.#actIn("unmute", args),
			remove: (args) => this.#actIn("remove", args),
			reports: () => this.#reports(),
			dismiss: ([what = ""]) => this.#act("dismiss", LOBBY, what),
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

	async #status(): Promise<readonly string[]> {
		const [folder, startedAt] = [this.#folder, this.#startedAt];
		const { refusals } = this.#engine;
		const parts = { ...this.#parts, refusals, folder, startedAt };
		return table(await statusRows(parts), "");
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

	#act(act: ActAsked["act"], room: string, what: string, why = "") {
		return this.#engine.moderation.act(operator, { act, room, what, why });
	}

	#actIn(
		act: ActAsked["act"],
		[typed = "", what = "", why]: readonly string[],
	) {
		const room = parseRoomName(typed) ?? "";
		const isThere = this.#parts.states.committed.room(room);
		return isThere ? this.#act(act, room, what, why) : noRoom(typed);
	}

	#bans(): readonly string[] {
		const { bans, names } = this.#parts.states.committed.server.context;
		const rows = [...(bans ?? [])].map(([person, { until }]) => [
			namesHeld(names, person)
				.flatMap((key) => names.get(key)?.name ?? [])
				.join(", "),
			until === undefined ? "for good" : `until ${momentOf(until)}`,
		]);
		return table(rows, "Nobody is banned.");
	}

	async #reports(): Promise<readonly string[]> {
		const { states, archive } = this.#parts;
		const { reports } = states.committed.server.context;
		const rows: string[][] = [];
		for (const [id, { room, epoch, target, time, why }] of reports ?? []) {
			const found = await archive.find({ room, epoch, offset: target });
			const said = found ? `${found.author.name}: ${found.text}` : "(deleted)";
			const head = [id.slice(0, 6), momentOf(time), why, room, `${target}`];
			rows.push([...head, said.replace(/\s+/g, " ").slice(0, MOST_SHOWN)]);
		}
		return table(rows, "Nothing was reported.");
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
		yield* await this.#engine.moderation.operate((view) => hand(view, asked));
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
