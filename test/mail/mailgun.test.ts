import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { mailgunMailer } from "../../src/mail/mailgun.ts";
import {
	type Arrived,
	mail,
	mailerContract,
	type Service,
} from "./mailer.contract.ts";

const KEY = "key-5ecre7";
const DOMAIN = "mg.example.org";
const FROM = "Plume <plume@example.org>";

type Field = "from" | "to" | "subject" | "text" | "html";

async function fieldsOf(
	request: IncomingMessage,
): Promise<Record<Field, string>> {
	const type = request.headers["content-type"] ?? "";
	const form = await new Response(await buffer(request), {
		headers: { "content-type": type },
	}).formData();
	const field = (name: Field) => form.getAll(name).join("\n");
	return {
		from: field("from"),
		to: field("to"),
		subject: field("subject"),
		text: field("text"),
		html: field("html"),
	};
}

/** Mailgun's API on loopback: checks who asks and for which domain, then answers as it is told. */
async function openMailgun(
	timeoutMs = 60_000,
): Promise<Service & { readonly fields: Record<Field, string>[] }> {
	const fields: Record<Field, string>[] = [];
	const arrived: Arrived[] = [];
	let status = 200;
	let key = KEY;
	let domain = DOMAIN;
	let asked: (() => void) | undefined;
	const server = createServer(async (request, response) => {
		const mailed = await fieldsOf(request);
		if (asked) return asked();
		const { authorization } = request.headers;
		const basic = Buffer.from(`api:${key}`).toString("base64");
		if (authorization !== `Basic ${basic}`) status = 401;
		else if (request.url !== `/v3/${domain}/messages`) status = 404;
		if (status === 200) {
			fields.push(mailed);
			arrived.push({ to: mailed.to.split(","), text: mailed.text });
		}
		response.writeHead(status, { "content-type": "application/json" });
		// Like the real one, it quotes what it was sent.
		response.end(JSON.stringify({ id: "<1>", message: `to ${mailed.to}` }));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const close = async () => {
		if (!server.listening) return;
		server.closeAllConnections();
		server.close();
		await once(server, "close");
	};
	const answers = (code: number) => () => {
		status = code;
	};
	const url = `http://127.0.0.1:${port}`;
	return {
		mailer: mailgunMailer({
			key: KEY,
			domain: DOMAIN,
			from: FROM,
			timeoutMs,
			url,
		}),
		fields,
		arrived,
		faults: {
			"a key that is not accepted": [() => (key = "another"), /MAILGUN_APIKEY/],
			"a domain that is not known": [
				() => (domain = "another"),
				/MAILGUN_DOMAIN.*MAILGUN_URL/,
			],
			"too many mails": [answers(429), /429.*more than/],
			"a broken service": [answers(500), /500.*its side/],
			"a service that is down": [answers(503), /503.*its side/],
			"a mail it won't take": [answers(400), /400.*MAIL_FROM/],
			"a service that is not there": [close, /cannot be reached \(ECONN/],
		},
		hang: () => new Promise((resolve) => (asked = resolve)),
		secrets: [KEY],
		close,
	};
}

mailerContract(
	"Mailgun",
	[
		"a key that is not accepted",
		"a domain that is not known",
		"too many mails",
		"a broken service",
		"a service that is down",
		"a mail it won't take",
		"a service that is not there",
	],
	() => openMailgun(),
);

it("fills in every field that Mailgun asks for", async () => {
	const mailgun = await openMailgun();
	await mailgun.mailer.send(mail, new AbortController().signal);
	expect(mailgun.fields).toEqual([
		{
			from: FROM,
			to: mail.to,
			subject: "Your Plume login code",
			text: expect.stringContaining(mail.code),
			html: expect.stringContaining(mail.code),
		},
	]);
	await mailgun.close();
});

it("hangs up by itself on a silent Mailgun, for its library never would", async () => {
	const mailgun = await openMailgun(1);
	void mailgun.hang?.();
	await expect(
		mailgun.mailer.send(mail, new AbortController().signal),
	).rejects.toThrow(/cannot be reached \(ECONNABORTED\)/);
	await mailgun.close();
});
