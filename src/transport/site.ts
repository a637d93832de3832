/**
 * What a page and its files are served with, whoever serves them. Every answer
 * carries a policy under which a page can load nothing from elsewhere and run
 * nothing that is not a file of ours.
 */
import express, {
	type Express,
	type NextFunction,
	type Request,
	type Response,
} from "express";
import { sendErrorPage } from "./error-page.ts";
import { filesIn } from "./files.ts";

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
	const send = filesIn(pages);
	addRoutes(app, (file) => (request, response) => {
		response.set("Cache-Control", "no-cache");
		if (!send(file, request, response)) notHere(response);
	});
	app.get("/static/:file", (request, response) => {
		if (!send(request.params.file, request, response)) notHere(response);
	});
	app.use((_request, response) => notHere(response));
	app.use(
		(error: unknown, _: Request, response: Response, _next: NextFunction) => {
			// Half an answer must not look like a whole one.
			if (response.headersSent) return response.destroy();
			const status = statusOf(error);
			const words =
				status < 500 ? "That address can't be read." : "That did not work.";
			sendErrorPage(status, words, response);
		},
	);
	return app;
}

const notHere = (response: Response) =>
	sendErrorPage(404, "There is nothing here.", response);

function statusOf(error: unknown): number {
	const status =
		typeof error === "object" && error !== null && "status" in error
			? error.status
			: 500;
	return typeof status === "number" ? status : 500;
}
