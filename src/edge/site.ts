/**
 * What a page and its files are served with, whoever serves them. Every answer
 * carries a policy under which a page can load nothing from elsewhere and run
 * nothing that is not a file of ours.
 */
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import express, {
	type Express,
	type NextFunction,
	type Request,
	type Response,
} from "express";

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

/** Sends one of the page's files, always asked for anew. */
type Page = (file: string) => (request: Request, response: Response) => void;

/** A site of the files in the folder `pages`, with further routes. */
export function makeSite(
	pages: string,
	addRoutes: (app: Express, page: Page) => void,
): Express {
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
	const send = sender(pages);
	addRoutes(app, (file) => (request, response) => {
		response.set("Cache-Control", "no-cache");
		send(file, request, response);
	});
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
	return app;
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
