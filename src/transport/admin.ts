/**
 * `POST /admin/COMMAND`: what the operator may do by the local socket, an
 * admin may do by the page, in their own name. Nothing of it tells an email.
 */
import express, {
	type Express,
	type NextFunction,
	type Request,
	type Response,
} from "express";
import type { Identity } from "../../machines/events.ts";
import type { Actor } from "../engine/commands/actor.ts";
import { OperatorError } from "../engine/operation.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { refusalWords } from "../engine/refusals.ts";
import type { Operator } from "../operator/operator.ts";
import { argumentsOf, isPageCommand } from "../operator/usage.ts";
import { sendErrorPage } from "./error-page.ts";
import { bearerOf } from "./hosts.ts";
import { isOwnOrigin, type OriginPolicy } from "./upgrade.ts";

const MOST_BYTES = 16_384;

export interface AdminParts extends OriginPolicy {
	readonly operator: Operator;
	readonly refusals: RefusalCounter;
	/** Whether there are admins; without any, there is no page. */
	readonly hasAdmins: () => boolean;
	/** The owner of a session, by its token; undefined if there is no such session. */
	readonly actorBy: (token: string) => Actor | undefined;
	/** Milliseconds to wait if this request came too fast. */
	readonly countRequest: (identity: Identity) => number | undefined;
}

/** `page` sends the page, which has nothing in it. */
export function addAdminRoutes(
	app: Express,
	parts: AdminParts,
	page: (request: Request, response: Response) => void,
): void {
	app.use("/admin", (_, response, next) => {
		if (parts.hasAdmins()) next();
		else sendErrorPage(404, "There is nothing here.", response);
	});
	app.get("/admin", page);
	const body = express.json({ limit: MOST_BYTES, type: () => true });
	app.post("/admin/:command", admit(parts), body, answer(parts.operator));
}

/** Lets only an admin pass who typed a code in the last 24 hours. */
function admit({ refusals, actorBy, countRequest, ...policy }: AdminParts) {
	return (request: Request, response: Response, next: NextFunction) => {
		response.set("Cache-Control", "no-store");
		const refuse = (status: number, rule: string, words: string) => {
			refusals.count(rule);
			sendErrorPage(status, words, response);
		};
		const isOurs = policy.isOwnHost(request.get("Host"));
		if (!isOurs || !isOwnOrigin(request, policy))
			return refuse(403, "originIsOurs", "That page may not ask this server.");
		const token = bearerOf(request.get("Authorization"));
		const actor = token === undefined ? undefined : actorBy(token);
		if (!actor) {
			response.set("WWW-Authenticate", "Bearer");
			return refuse(401, "sessionIsOpen", "Log in on the chat page first.");
		}
		const rule = actor.role === "lateAdmin" ? "loginIsFresh" : "isAdmin";
		if (actor.role !== "admin") return refuse(403, rule, refusalWords[rule]);
		const waitMs = countRequest(actor.identity);
		if (waitMs !== undefined) {
			response.set("Retry-After", `${Math.ceil(waitMs / 1000)}`);
			return refuse(429, "isNotTooFast", refusalWords.isNotTooFast);
		}
		response.locals.actor = actor;
		next();
	};
}

function answer(operator: Operator) {
	return async (request: Request, response: Response): Promise<void> => {
		const { actor }: { readonly actor?: Actor } = response.locals;
		const { command = "" } = request.params;
		const { args: given }: { readonly args?: unknown } = Object(request.body);
		const areStrings =
			Array.isArray(given) && given.every((each) => typeof each === "string");
		const isKnown = typeof command === "string" && isPageCommand(command);
		const args =
			isKnown && areStrings ? argumentsOf(command, given) : undefined;
		if (!actor || !isKnown || !args)
			return sendErrorPage(404, "That is no such command.", response);
		try {
			const { signal } = new AbortController();
			const said = await operator.ask(command, args, actor, signal);
			response.json("rows" in said ? said : { says: said });
		} catch (error) {
			if (!(error instanceof OperatorError)) throw error;
			response.status(409).type("text").send(error.message);
		}
	};
}
