/**
 * Serves pages and their files, for the chat and for a replay alike. Every
 * answer has a Content-Security-Policy under which a page loads nothing from
 * elsewhere and runs nothing but our files.
 */
import express, {
	type Express,
	type NextFunction,
	type Request,
	type Response,
} from "express";
import { sendErrorPage, sendNotFound } from "./error-page.ts";
import { filesIn } from "./files.ts";
import { pathBelow } from "./sub-path.ts";

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

/** For a file that has its build in its name. */
const FOREVER = "public, max-age=31536000, immutable";

/** Sends a page, which a browser must always revalidate. */
type Page = (file: string) => (request: Request, response: Response) => void;

/** Makes a site under the path `base` of the files in the folder `pages`, with further routes. */
export function makeSite(
	pages: string,
	base: string,
	addRoutes: (app: Express, page: Page) => void,
): Express {
	const app = express();
	app.disable("x-powered-by");
	app.locals.base = base;
	app.use((request: Request, response: Response, next: NextFunction) => {
		response.set({
			"Content-Security-Policy": POLICY,
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		});
		const below = pathBelow(base, request.url);
		if (below === undefined) return outside(base, request, response);
		// The routes know nothing of the base.
		request.url = below;
		next();
	});
	const send = filesIn(pages, base);
	addRoutes(app, (file) => (request, response) => {
		response.set("Cache-Control", "no-cache");
		if (!send(file, request, response)) sendNotFound(response);
	});
	app.get("/static/:file", (request, response) => {
		const isOfOneBuild = /-[0-9a-f]{8}\.\w+$/.test(request.params.file);
		response.set("Cache-Control", isOfOneBuild ? FOREVER : "no-cache");
		if (!send(request.params.file, request, response)) sendNotFound(response);
	});
	app.use((_request, response) => sendNotFound(response));
	app.use(
		(error: unknown, _: Request, response: Response, _next: NextFunction) => {
			// Half an answer must not look complete.
			if (response.headersSent) return response.destroy();
			const { status = 500 }: { readonly status?: number } = Object(error);
			const words = status < 500 ? "That can't be read." : "That did not work.";
			sendErrorPage(status, words, response);
		},
	);
	return app;
}

function outside(base: string, request: Request, response: Response): void {
	if (`${request.path}/` === base) response.redirect(308, base);
	else {
		const words = `Plume is under ${base} here. A proxy in front must pass the path on unchanged.`;
		sendErrorPage(404, words, response);
	}
}
