/** Errors for people: a few words, and a link to the lobby; plain text for programs. */
import type { Response } from "express";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { directionOf, languages, type Say, sayIn } from "../languages/words.ts";

/** Says it in the reader's language. */
export const sendNotFound = (response: Response): void =>
	sendErrorPage(404, (say) => say("page.nothing"), response);

/** Refuses a request of a program: it is counted by its rule, and answered in words. */
export const refusing =
	(refusals: RefusalCounter, response: Response) =>
	(status: number, rule: string, words: string): void => {
		refusals.count(rule);
		if (status === 401) response.set("WWW-Authenticate", "Bearer");
		sendErrorPage(status, words, response);
	};

/** `said` must not come from a request: it is not escaped. A plain string is said in English. */
export function sendErrorPage(
	status: number,
	said: string | ((say: Say) => string),
	response: Response,
): void {
	const { base = "/" }: { readonly base?: string } = response.app.locals;
	const isEnglish = typeof said === "string";
	const accepted = response.req.acceptsLanguages([...languages]);
	const language =
		languages.find((each) => !isEnglish && each === accepted) ?? "en";
	const say = sayIn(language);
	const words = isEnglish ? said : said(say);
	response.removeHeader("Content-Encoding");
	// What is missing now may be there soon.
	response.set("Cache-Control", "no-store");
	response.status(status);
	if (response.req.accepts(["text", "html"]) !== "html") {
		response.type("text").send(`${words}\n`);
		return;
	}
	response.type("html").send(`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words} – Plume</title>
<link rel="stylesheet" href="${base}static/plume.css">
</head>
<body>
<main>
<div class="card block fixed">
<h1><img src="${base}static/plume.svg" alt=""> Plume</h1>
<p>${words}</p>
<p><a href="${base}">${say("page.lobby")}</a></p>
</div>
</main>
</body>
</html>
`);
}
