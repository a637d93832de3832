/** Carries out what an operator asks of the running server. */
import type { Claim, PlumeEvent, RoomName } from "../../machines/events.ts";
import { isPublic, LOBBY } from "../../machines/message.ts";
import { parseRoomName } from "../chat/room-name.ts";
import {
	type Actor,
	adminLater,
	isOperator,
	operator,
} from "../engine/commands/actor.ts";
import { roomOfSanction } from "../engine/commands/sanction.ts";
import type { Engine } from "../engine/engine.ts";
import type { ActAsked } from "../engine/moderation.ts";
import { cannot, type Decide, OperatorError } from "../engine/operation.ts";
import { adminsOf, type EngineParts, viewOf } from "../engine/parts.ts";
import type { Rule } from "../engine/refusals.ts";
import { messageOf } from "../log/disk.ts";
import * as operations from "./operations.ts";
import { status } from "./status.ts";
import * as tables from "./tables.ts";
import type { OperatorCommand } from "./usage.ts";

/** How long a code waits for someone to ask for it. */
const WAIT_MS = 5 * 60_000;

/** Every node knows what these answer, and asks the sequencer itself for a code, or to read its settings. */
const isRead: ReadonlySet<OperatorCommand> = new Set<OperatorCommand>([
	...(["who", "status", "rooms", "names", "bans", "reports"] as const),
	...(["code", "reload"] as const),
]);

/** What an operator may do next who named somebody or something that is not there. */
const lists: Partial<Record<Rule, string>> = {
	personIsKnown: "plume names lists those there are.",
	isBanned: "plume bans lists those who are.",
	reportIsOpen: "plume reports lists those there are.",
};

const DECIDES = "That was this node. The one that decides says:";

/** A table, or words line by line. */
type Answer = tables.Table | AsyncIterable<string> | readonly string[];
type Asked = (
	args: readonly string[],
	by: Actor,
	signal: AbortSignal,
) => Answer | Promise<Answer>;

/** A private room without a report that names it: it may be another than the one that is meant. */
const oneOf = (count: number) =>
	`${count === 1 ? "the only private room" : `one of the ${count} private rooms`} where that held`;

export interface OperatorParts {
	readonly engine: Engine;
	readonly parts: EngineParts;
	/** Reads the settings that may change while the server runs. Throws `ConfigError`, and then nothing has changed. */
	readonly reread: () => readonly string[];
	/** Where people reach the server: a path, if nobody told its origin. */
	readonly address: string;
	/** The data folder; undefined if the log is in memory. */
	readonly folder: string | undefined;
}

export class Operator {
	readonly #engine: Engine;
	readonly #parts: EngineParts;
	/** Called at each login that begins. */
	readonly #waiting = new Set<(login: Claim) => void>();
	readonly #commands: Readonly<Record<OperatorCommand, Asked>>;

	constructor({ engine, parts, reread, address, folder }: OperatorParts) {
		const startedAt = parts.clock.now();
		const { moderation, responder } = engine.services;
		const { refusals } = responder;
		this.#engine = engine;
		this.#parts = parts;
		const act = (decide: Decide) => moderation.operate(decide);
		const anywhere =
			(act: ActAsked["act"]): Asked =>
			([what = "", why = ""], by) =>
				moderation.act(adminLater(by), { act, room: LOBBY, what, why });
		const inRoom =
			(act: ActAsked["act"]): Asked =>
			([typed = "", what = "", why = ""], by) => {
				const { room, called } = this.#roomMeant(act, typed, what, by);
				const asked = { act, room, called, what, why };
				return moderation.act(adminLater(by), asked);
			};
		this.#commands = {
			who: () => tables.who(parts),
			status: () => status({ ...parts, refusals, folder, startedAt }),
			rooms: () => tables.rooms(parts),
			names: () => tables.names(parts),
			say: ([room = "", text = ""], by) => act(operations.say(by, room, text)),
			notice: ([text = ""], by) => act(operations.notice(by, text)),
			code: ([name = "", email], _, signal) => this.#code(name, email, signal),
			ban: anywhere("ban"),
			unban: anywhere("unban"),
			bans: () => tables.bans(parts),
			kick: inRoom("kick"),
			unkick: inRoom("unkick"),
			mute: inRoom("mute"),
			unmute: inRoom("unmute"),
			remove: inRoom("remove"),
			reports: () => tables.reports(parts),
			dismiss: anywhere("dismiss"),
			invite: (_, by) => act(operations.invite(by, address)),
			release: ([name = ""], by) => act(operations.release(by, name)),
			rename: ([name = "", to = ""], by) =>
				act(operations.rename(by, name, to)),
			close: (_, by) => act(operations.registration(by, "closed")),
			open: (_, by) => act(operations.registration(by, "opened")),
			reload: async () => {
				const { cluster } = parts;
				if (!cluster || cluster.leads)
					// Read only where what follows from it can be stored.
					return act(() => operations.reloaded(reread(), viewOf(parts)));
				const here = [...reread(), DECIDES];
				const { says = [] } = await cluster
					.ask("reload", [], operator)
					.catch((error: unknown) =>
						cannot({ words: [...here, messageOf(error)].join(" ") }),
					);
				return [...here, ...says];
			},
		};
	}

	/** The answer, line by line. Throws `OperatorError` or `ConfigError` if it can't be done. */
	async *run(
		command: OperatorCommand,
		args: readonly string[],
		signal: AbortSignal,
	): AsyncGenerator<string, void> {
		const answer = await this.ask(command, args, operator, signal);
		yield* "rows" in answer ? tables.lines(answer) : answer;
	}

	/** The answer to the operator, or to an admin, for whom nothing waits without a signal. Rejects with what `run` throws. */
	async ask(
		command: OperatorCommand,
		args: readonly string[],
		by: Actor,
		signal = AbortSignal.abort(),
	): Promise<Answer> {
		const { cluster } = this.#parts;
		const isAdmin = isOperator(by) || adminsOf(this.#parts).has(by.identity);
		if (!isAdmin) cannot("isAdmin");
		// All mail goes through the sequencer, and an admin asks now this node, now that.
		const isWhole = command === "status" && !isOperator(by);
		if (cluster && !cluster.leads && (isWhole || !isRead.has(command)))
			return cluster
				.ask(command, args, by)
				.then(({ says = [], table = says }) => table);
		try {
			return await this.#commands[command](args, by, signal);
		} catch (error) {
			if (!isOperator(by) || !(error instanceof OperatorError)) throw error;
			const { rule, message } = error;
			const list = rule && lists[rule];
			throw list ? new OperatorError(`${message} ${list}`, rule) : error;
		}
	}

	/** Call once an event is committed. */
	onCommitted(event: PlumeEvent): void {
		if (event.type === "login.requested")
			for (const hear of this.#waiting) hear(event);
	}

	/** The room of an act, and what the answer calls it. */
	#roomMeant(act: ActAsked["act"], typed: string, who: string, by: Actor) {
		const room = this.#roomOf(typed);
		if (room !== undefined) return { room, called: typed };
		if (isPublic(typed)) return operations.noRoom(typed);
		if (act !== "unmute" && act !== "unkick")
			return operations.noRoom(typed, "reports");
		const other = roomOfSanction(viewOf(this.#parts), act, who, by.person);
		if (other) return { room: other.room, called: oneOf(other.count) };
		const words = `There is no open report "${typed}", and no ${act.slice(2)} of ${who} by ${isOperator(by) ? "the operator" : "you"} holds in a private room. plume reports lists the open reports.`;
		return cannot({ words });
	}

	/** A public room, or one in which a message was reported: then `~` and the beginning of the report's id stand for it. */
	#roomOf(typed: string): RoomName | undefined {
		// What is decided there must not be about a room that is gone by then.
		const { rooms, server } = this.#parts.states.ordered;
		const { reports } = server.context;
		const isMeant = (_: unknown, id: string) => id.startsWith(typed.slice(1));
		const reported =
			typed.length > 6 ? reports?.find(isMeant)?.room : undefined;
		const room = isPublic(typed) ? parseRoomName(typed) : reported;
		return room !== undefined && rooms.has(room) ? room : undefined;
	}

	/** Hands over a code, at once or when someone asks for it. An edge waits by itself, so that its operator can end that. */
	async *#code(name: string, email: string | undefined, signal: AbortSignal) {
		const meant = () => operations.meantBy(viewOf(this.#parts), name, email);
		const find = () => operations.waitingFor(viewOf(this.#parts), meant());
		if (!find() && !signal.aborted) {
			yield `Nobody waits for a code as ${name}. Let them ask for one now: I wait for ${WAIT_MS / 60_000} minutes (Ctrl+C ends that).`;
			await this.#loginRequested(meant(), signal);
		}
		// The name may be somebody else's by now, or nobody's.
		const asked = find();
		if (!asked) throw new OperatorError(`Nobody asked for a code as ${name}.`);
		const { cluster } = this.#parts;
		if (!cluster || cluster.leads)
			return yield* await this.#engine.services.moderation.operate((view) =>
				operations.hand(view, asked, name),
			);
		const args = email ? [name, email] : [name];
		const { says = [] } = await cluster.ask("code", args, operator);
		yield* says;
	}

	/** Resolves when a login that is meant begins, or when there is no more waiting. */
	async #loginRequested(
		isMeant: (login: Claim) => boolean,
		signal: AbortSignal,
	) {
		await new Promise<void>((resolve) => {
			const end = () => {
				this.#waiting.delete(hear);
				cancel();
				resolve();
			};
			const hear = (login: Claim) => isMeant(login) && end();
			const cancel = this.#parts.clock.after(WAIT_MS, end);
			this.#waiting.add(hear);
			signal.addEventListener("abort", end, { once: true });
		});
	}
}
