/**
 * `POST /admin/COMMAND`: what the operator may do by the local socket, an
 * admin may do by the page, in their own name. Nothing of it tells an email.
 */
import express, { type Express, type Request, type Response } from "express";
import { LOBBY } from "../../machines/message.ts";
import type { Session } from "../../machines/server.ts";
import { actorBy } from "../engine/commands/actor.ts";
import { OperatorError } from "../engine/operation.ts";
import { adminsOf, type EngineParts, viewOf } from "../engine/parts.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { refusalWords } from "../engine/refusals.ts";
import type { Operator } from "../operator/operator.ts";
import { argumentsOf, isPageCommand } from "../operator/usage.ts";
import { TokenBucket } from "../rate-limit.ts";
import { refusing, sendErrorPage, sendNotFound } from "./error-page.ts";
import { bearerOf, NOT_OURS } from "./hosts.ts";
import { isOwnOrigin, type OriginPolicy } from "./upgrade.ts";

const MOST_BYTES = 16_384;
/** So many requests of all admins together, and a tenth of it each second. An open page makes one in two seconds. */
const MOST_AT_ONCE = 200;

export interface AdminParts extends OriginPolicy {
	readonly operator: Operator;
	readonly refusals: RefusalCounter;
	/** An open session, by its token. */
	readonly ownerOf: (token: string) => Session | undefined;
	readonly parts: EngineParts;
}

/** Without admins there is no page. `page` sends it; it has nothing in it. */
export function addAdminRoutes(
	app: Express,
	parts: AdminParts,
	page: (request: Request, response: Response) => void,
): void {
	app.use("/admin", (_, response, next) => {
		response.set("Cache-Control", "no-store");
		if (adminsOf(parts.parts).size > 0) next();
		else sendNotFound(response);
	});
	app.get("/admin", page);
	const body = express.json({ limit: MOST_BYTES, type: () => true });
	app.post("/admin/:command", body, answerer(parts));
}

/** Answers only an admin who typed a code in the last 24 hours. */
function answerer({
	operator,
	refusals,
	ownerOf,
	parts,
	...policy
}: AdminParts) {
	const [perSecond, burst] = [MOST_AT_ONCE / 10, MOST_AT_ONCE];
	const budget = new TokenBucket({ perSecond, burst }, parts.clock);
	return async (request: Request, response: Response): Promise<void> => {
		const refuse = refusing(refusals, response);
		if (!policy.isOwnHost(request.get("Host")))
			return refuse(403, "hostIsOurs", NOT_OURS);
		if (!isOwnOrigin(request, policy))
			return refuse(403, "originIsOurs", "That page may not ask this server.");
		const owner = ownerOf(bearerOf(request.get("Authorization")) ?? "");
		if (!owner)
			return refuse(401, "sessionIsOpen", "Log in on the chat page first.");
		const by = actorBy(viewOf(parts), owner, LOBBY);
		const rule = by.role === "lateAdmin" ? "loginIsFresh" : "isAdmin";
		if (by.role !== "admin") return refuse(403, rule, refusalWords[rule]);
		if (budget.take() !== undefined)
			return refuse(429, "isNotTooFast", refusalWords.isNotTooFast);
		const { command } = request.params;
		const { args: given }: { readonly args?: unknown } = Object(request.body);
		if (!isPageCommand(command))
			return sendErrorPage(404, "That is no such command.", response);
		const args = argumentsOf(command, given);
		if (!args) return sendErrorPage(400, "Something is missing.", response);
		try {
			const said = await operator.ask(command, args, by);
			response.json("rows" in said ? said : { says: said });
		} catch (error) {
			if (!(error instanceof OperatorError)) throw error;
			response.status(409).type("text").send(error.message);
		}
	};
}
