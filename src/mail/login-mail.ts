/**
 * The mail with a login code. The name in it was chosen by a stranger, so it is
 * always escaped. The code is not in the subject, which mail services show and
 * store. Colours are the reader's own, so that dark mode is as legible.
 */
import { directionOf, sayIn } from "../languages/words.ts";
import type { LoginMail } from "./mailer.ts";

const BODY = "margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif";
const CODE =
	"display:inline-block;padding:12px 24px;border:2px solid #7c6ff0;border-radius:12px;font:700 36px/1.2 ui-monospace,Consolas,monospace;letter-spacing:4px;-webkit-user-select:all;user-select:all";

export function renderLoginMail(mail: LoginMail) {
	const { name, code, expiresInMinutes: count, language = "en" } = mail;
	const say = sayIn(language);
	const subject = say("mail.subject");
	const rules = say("mail.rules", { count });
	const ignore = say("mail.ignore");
	const hello = say("mail.hello", { name });
	const text = `${hello}\n\n    ${code}\n\n${rules}\n\n${ignore}\n`;
	const greeting = sayIn(language, bidiHtml)("mail.hello", { name });
	const html = `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
</head>
<body style="${BODY}">
<p>${greeting}</p>
<p><span dir="ltr" style="${CODE}">${escapeHtml(code)}</span></p>
<p>${rules}</p>
<p><small>${ignore}</small></p>
</body>
</html>
`;
	return { subject, text, html };
}

const bidiHtml = (name: string) =>
	`<strong dir="auto">${escapeHtml(name)}</strong>`;

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
