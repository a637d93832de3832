/** Plain HTTP: the page, its files, the export, and the health check. */
import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type Server,
} from "node:http";
import type { Request, Response } from "express";
import type { Limits } from "../limits.ts";
import { type AdminParts, addAdminRoutes } from "./admin.ts";
import { sendErrorPage } from "./error-page.ts";
import { type ExportParts, exporter } from "./export.ts";
import { HEALTH_PATHS, type Health } from "./health.ts";
import {
	boundPeers,
	oneAtATime,
	type PlainParts,
} from "./plain-connections.ts";
import type { ProxyWarnings } from "./proxy-warnings.ts";
import { makeSite } from "./site.ts";
import { pathBelow } from "./sub-path.ts";
import { refusal } from "./upgrade.ts";

export interface HttpParts extends Omit<PlainParts, "refusals"> {
	/** The folder with `index.html` and the page's files. */
	readonly pages: string;
	/** The path that all of it is under: "/", or like "/chat/". */
	readonly base: string;
	readonly limits: Limits;
	readonly exports: ExportParts;
	readonly admin: AdminParts;
	readonly health: Health;
	readonly warnings: ProxyWarnings;
	/** Whether a request may have the inspector's page; undefined if the inspector is closed. */
	readonly mayInspect: ((request: IncomingMessage) => boolean) | undefined;
}

/** Makes a server that does not listen yet; to every request it says that nobody can connect, and what is `wrong`. */
export function makeHttpServer(limits: Limits, wrong: () => string): Server {
	return createServer(
		{
			maxHeaderSize: limits.headerBytes,
			headersTimeout: limits.headerSeconds * 1000,
			requestTimeout: limits.headerSeconds * 1000,
			connectionsCheckingInterval: 1000,
		},
		oneAtATime((_request, response) => {
			const headers = { "Content-Type": "application/json", "Retry-After": 60 };
			const body = JSON.stringify({ ok: false, wrong: wrong() });
			response.writeHead(503, headers).end(body);
		}),
	);
}

/** Answers requests from now on. */
export function answerRequests(server: Server, parts: HttpParts): void {
	const { pages, base, health, warnings } = parts;
	const app = makeSite(pages, base, (app, page) => {
		health.addRoutes(app);
		app.post("/export", exporter(parts.exports));
		app.get("/connect", (request, response) => {
			warnings.noUpgrade(request);
			response.set("Upgrade", "websocket");
			const words =
				"Only WebSockets connect here. A proxy in front must pass on the headers Upgrade and Connection, by HTTP/1.1.";
			sendErrorPage(426, words, response);
		});
		// Every room has the same page, which reads its address.
		app.get(["/", "/r/:room", "/join"], page("index.html"));
		app.get("/inspect", (request, response, next) => {
			if (!parts.mayInspect?.(request)) return next();
			page("inspect.html")(request, response);
		});
		addAdminRoutes(app, parts.admin, page("admin.html"));
		const others =
			(allow: string) => (_request: Request, response: Response) => {
				response.set("Allow", allow);
				sendErrorPage(405, "That can't be done here.", response);
			};
		app.all("/export", others("POST"));
		const readable = ["/", "/r/:room", "/join", ...HEALTH_PATHS, "/connect"];
		app.all(readable, others("GET, HEAD"));
		// A service worker controls only what is below its own path.
		app.get("/sw.js", page("sw.js"));
	});
	const answer = oneAtATime(unlessOverloaded(app, parts));
	server.removeAllListeners("request").on("request", answer);
	boundPeers(server, { ...parts, refusals: parts.exports.refusals });
}

/** Answers nothing but health checks while the server is overloaded. */
const unlessOverloaded =
	(answer: RequestListener, parts: HttpParts): RequestListener =>
	(request, response) => {
		const path = pathBelow(parts.base, request.url) ?? "";
		if (!parts.health.isOverloaded || HEALTH_PATHS.includes(path))
			return answer(request, response);
		const { refusals } = parts.exports;
		const { status, headers, body } = refusal("isNotOverloaded", refusals);
		response.writeHead(status, headers).end(body);
	};
