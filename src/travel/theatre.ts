/**
 * Where a log is shown: a page on a free port of this machine alone, for
 * whoever has the link that is printed. What the page asks it asks by POST,
 * with the token in a header; so a page of another site can't, and nothing of
 * it is in an address.
 */
import { createServer } from "node:http";
import { Worker } from "node:worker_threads";
import express from "express";
import { bearerOf, ownHosts } from "../edge/hosts.ts";
import { listening } from "../edge/http.ts";
import { makeSite } from "../edge/site.ts";
import { Keeper } from "../inspect/keeper.ts";

const HOST = "127.0.0.1";
const MOST_ASKED_BYTES = 1024;

/** Answers a question with JSON; undefined if it is none. */
export type Asked = (question: unknown) => Promise<string | undefined>;

export interface TheatreParts {
	/** The folder with the page's files. */
	readonly pages: string;
	readonly token: string;
	readonly ask: Asked;
}

export interface Theatre {
	/** With the token, in the part of an address that never leaves a browser. */
	readonly link: string;
	close(): void;
}

export async function openTheatre(parts: TheatreParts): Promise<Theatre> {
	const { pages, token, ask } = parts;
	const keeper = new Keeper({ token, isOwnHost: ownHosts(HOST, []) });
	const site = makeSite(pages, (app, page) => {
		app.use((request, response, next) => {
			if (keeper.isOurs(request)) return next();
			response.status(403).type("text").send("That is not its name.\n");
		});
		app.get("/replay", page("inspect.html"));
		app.post("/replay", (request, response, next) => {
			const token = bearerOf(request.get("Authorization"));
			if (!keeper.isOwnPages(request)) response.sendStatus(403);
			else if (!keeper.isToken(token ?? "")) response.sendStatus(401);
			else next();
		});
		const json = express.json({ limit: MOST_ASKED_BYTES });
		app.post("/replay", json, async (request, response) => {
			const answer = await ask(request.body);
			if (answer === undefined) response.sendStatus(400);
			else response.type("json").set("Cache-Control", "no-store").end(answer);
		});
	});
	const server = createServer(site);
	const port = await listening(server, 0, HOST);
	return {
		link: `http://${HOST}:${port}/replay#${token}`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** A thread that reads the log in a place, and how to ask it. What ends it ends the program. */
export function readInThread(place: string) {
	const file = new URL("thread.js", import.meta.url);
	const thread = new Worker(file, { workerData: place });
	const waiting = new Map<number, (body: string | undefined) => void>();
	let asked = 0;
	thread.on("message", ({ id, body }) => {
		waiting.get(id)?.(body);
		waiting.delete(id);
	});
	const ask: Asked = (question) =>
		new Promise((resolve) => {
			waiting.set(++asked, resolve);
			thread.postMessage({ id: asked, question });
		});
	return { ask, end: () => void thread.terminate() };
}
