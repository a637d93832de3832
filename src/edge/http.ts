/**
 * Plain HTTP: the page, its files, and whether the server is well. Every
 * answer carries a policy under which a page can load nothing from elsewhere
 * and run nothing that is not a file of ours.
 */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { extname, join } from "node:path";
import express, {
	type NextFunction,
	type Request,
	type Response,
} from "express";
import { STATELY_ORIGIN } from "../../machines/frame.ts";
import type { Limits } from "../limits.ts";
import { type ExportParts, exporter } from "./export.ts";

const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"worker-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join("; ");

export interface HttpParts {
	/** The folder with `index.html` and the page's files. */
	readonly pages: string;
	readonly limits: Limits;
	readonly exports: ExportParts;
	/** Undefined when all is well, else what is wrong. */
	readonly trouble: () => string | undefined;
	/** Whether a request may have the inspector's page; undefined if there is none. */
	readonly mayInspect: ((request: IncomingMessage) => boolean) | undefined;
}

/** Makes the server; it does not listen yet. */
export function makeHttpServer(parts: HttpParts): Server {
	const { limits, pages, trouble } = parts;
	const app = express();
	app.disable("x-powered-by");
	app.use((_request: Request, response: Response, next: NextFunction) => {
		response.set({
			"Content-Security-Policy": POLICY,
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		});
		next();
	});
	app.get("/healthz", (_request, response) => {
		const wrong = trouble();
		response.status(wrong ? 503 : 200).json({ ok: !wrong, wrong });
	});
	app.post("/export", exporter(parts.exports));
	const send = sender(pages);
	const page = (file: string) => (request: Request, response: Response) => {
		response.set("Cache-Control", "no-cache");
		send(file, request, response);
	};
	// Every room is the same page; which one it shows is for the page to read.
	app.get(["/", "/r/:room"], page("index.html"));
	const inspector =
		(file: string, elsewhere = "") =>
		(request: Request, response: Response, next: NextFunction) => {
			if (!parts.mayInspect?.(request)) return next();
			const policy = response.get("Content-Security-Policy");
			response.set("Content-Security-Policy", `${policy}${elsewhere}`);
			page(file)(request, response);
		};
	app.get("/inspect", inspector("inspect.html"));
	// The one page that may have another's in a frame.
	const stately = inspector("stately.html", `; frame-src ${STATELY_ORIGIN}`);
	app.get("/inspect/stately", stately);
	// A worker may act only below where it came from.
	app.get("/sw.js", page("sw.js"));
	app.get("/static/:file", (request, response, next) => {
		if (/^\w[\w.-]*$/.test(request.params.file)) {
			send(request.params.file, request, response, next);
		} else next();
	});
	app.use((_request, response) => {
		response.status(404).type("text").send("There is nothing here.\n");
	});
	app.use(
		(error: unknown, _: Request, response: Response, _next: NextFunction) => {
			const status = statusOf(error);
			response.status(status).type("text").send("That did not work.\n");
		},
	);
	return createServer(
		{
			maxHeaderSize: limits.headerBytes,
			headersTimeout: limits.headerSeconds * 1000,
			requestTimeout: limits.headerSeconds * 1000,
			connectionsCheckingInterval: 1000,
		},
		app,
	);
}

/** Sends a file as the build packed it, to whoever can unpack it. */
function sender(root: string) {
	return (
		file: string,
		request: Request,
		response: Response,
		next?: NextFunction,
	) => {
		const packed = `${file}.gz`;
		response.vary("Accept-Encoding");
		if (!request.acceptsEncodings("gzip") || !existsSync(join(root, packed))) {
			return response.sendFile(file, { root }, (error) => error && next?.());
		}
		response.type(extname(file)).set("Content-Encoding", "gzip");
		response.sendFile(packed, { root });
	};
}

function statusOf(error: unknown): number {
	const status =
		typeof error === "object" && error !== null && "status" in error
			? error.status
			: 500;
	return typeof status === "number" ? status : 500;
}
