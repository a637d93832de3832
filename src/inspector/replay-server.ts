/**
 * Serves the inspector over a log, on a free port that only this machine can
 * reach. The page asks by POST with the token in a header: another site's page
 * cannot, and no address holds a question or the token.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import { bearerOf, ownHosts } from "../transport/hosts.ts";
import { listen } from "../transport/listen.ts";
import { makeSite } from "../transport/site.ts";
import { isFromOwnPage, isToken } from "./auth.ts";
import { type LogParts, LogTimeline } from "./log-timeline.ts";
import { answer } from "./questions.ts";

const HOST = "127.0.0.1";
const MOST_ASKED_BYTES = 1024;

export interface ReplayServer {
	/** With the token in its fragment, which a browser never sends. */
	readonly link: string;
	close(): void;
}

/** Opens a log and begins to read it. `pages` is the folder of the page's files. */
export async function openReplayServer(
	parts: LogParts,
	pages: string,
): Promise<ReplayServer> {
	const token = randomBytes(16).toString("base64url");
	const log = new LogTimeline(parts);
	const isOwnHost = ownHosts(HOST, []);
	const site = makeSite(pages, "/", (app, page) => {
		app.use((request, response, next) => {
			if (isOwnHost(request.headers.host)) return next();
			response.status(403).type("text").send("That is not its name.\n");
		});
		app.get("/replay", page("inspect.html"));
		app.post("/replay", (request, response, next) => {
			const offered = bearerOf(request.get("Authorization"));
			if (!isFromOwnPage(request, isOwnHost)) response.sendStatus(403);
			else if (!isToken(offered, token)) response.sendStatus(401);
			else next();
		});
		const json = express.json({ limit: MOST_ASKED_BYTES });
		app.post("/replay", json, async (request, response) => {
			const answered = await answer(log, request.body);
			if (answered === undefined) response.sendStatus(400);
			else response.set("Cache-Control", "no-store").json(answered);
		});
	});
	const server = createServer(site);
	const { url } = await listen(server, { host: HOST, port: 0 });
	void log.load();
	return {
		link: `${url}/replay#${token}`,
		close() {
			log.stop();
			server.close();
			server.closeAllConnections();
		},
	};
}
