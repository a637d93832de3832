/** Errors for people: a few words, and a link to the lobby; plain text for programs. */
import type { Response } from "express";

/** `words` must not come from a request: they are not escaped. */
export function sendErrorPage(
	status: number,
	words: string,
	response: Response,
): void {
	const { base = "/" }: { readonly base?: string } = response.app.locals;
	response.removeHeader("Content-Encoding");
	response.status(status);
	if (response.req.accepts(["text", "html"]) !== "html") {
		response.type("text").send(`${words}\n`);
		return;
	}
	response.type("html").send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words} – Plume</title>
<link rel="stylesheet" href="${base}static/plume.css">
</head>
<body class="words">
<main>
<div class="card block">
<h1>${words}</h1>
<p><a href="${base}">Go to the lobby</a></p>
</div>
</main>
</body>
</html>
`);
}
