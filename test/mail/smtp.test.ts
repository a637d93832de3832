import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { describe, expect, it } from "vitest";
import { MailError } from "../../src/mail/mailer.ts";
import { smtpMailer } from "../../src/mail/smtp.ts";
import {
	type Arrived,
	mail,
	mailerContract,
	type Service,
} from "./mailer.contract.ts";

const PASSWORD = "pa55word";
const FROM = "Plume <plume@example.org>";

/** Undoes quoted-printable (RFC 2045, section 6.7). */
function readable(mime: string): string {
	return mime
		.replaceAll("=\r\n", "")
		.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		);
}

interface SmtpService extends Service {
	readonly port: number;
	/** Connections that have ended. */
	readonly ended: Promise<void>;
	logins: number;
}

/** An SMTP server on loopback that knows one user. */
async function openSmtp(): Promise<SmtpService> {
	const arrived: Arrived[] = [];
	let password = PASSWORD;
	let refusal: Error | undefined;
	let asked: (() => void) | undefined;
	let end = () => {};
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});
	const server = new SMTPServer({
		disabledCommands: ["STARTTLS"],
		allowInsecureAuth: true,
		onAuth(auth, _session, callback) {
			service.logins += 1;
			if (auth.username === "plume" && auth.password === password)
				callback(null, { user: "plume" });
			else callback(new Error("no such user"));
		},
		onRcptTo(_address, _session, callback) {
			if (asked) asked();
			else callback(refusal);
		},
		async onData(stream, { envelope }, callback) {
			const raw = await text(stream);
			const to = envelope.rcptTo.map(({ address }) => address);
			arrived.push({ to, text: readable(raw) });
			callback();
		},
		onClose: () => end(),
	});
	server.on("error", () => {});
	const listener = server.listen(0, "127.0.0.1");
	await once(listener, "listening");
	const { port } = listener.address() as AddressInfo;
	const close = () => new Promise<void>((resolve) => server.close(resolve));
	const url = `smtp://plume:${PASSWORD}@127.0.0.1:${port}`;
	const service: SmtpService = {
		mailer: smtpMailer({ url, from: FROM }),
		arrived,
		port,
		ended,
		logins: 0,
		faults: {
			"a password that is not accepted": [
				() => (password = "another"),
				/password in SMTP_URL \(EAUTH 535\)/,
			],
			"a mail it won't take": [
				() => {
					const words = `5.7.1 <${mail.to}> relaying denied`;
					refusal = Object.assign(new Error(words), { responseCode: 554 });
				},
				/refused the mail.*\(EENVELOPE 554\)/,
			],
			"a server that is not there": [close, /cannot be reached/],
		},
		hang: () => new Promise((resolve) => (asked = resolve)),
		secrets: [PASSWORD],
		close,
	};
	return service;
}

mailerContract(
	"SMTP",
	[
		"a password that is not accepted",
		"a mail it won't take",
		"a server that is not there",
	],
	openSmtp,
);

it("sends plain text and HTML from the sender it was given", async () => {
	const smtp = await openSmtp();
	await smtp.mailer.send(mail, new AbortController().signal);
	const letter = smtp.arrived[0]?.text;
	expect(letter).toContain(`From: ${FROM}`);
	expect(letter).toContain(`To: ${mail.to}`);
	expect(letter).toContain("Subject: Your Plume login code");
	expect(letter).toMatch(
		/text\/plain[\s\S]*7KQ2M9[\s\S]*text\/html[\s\S]*7KQ2M9/,
	);
	await smtp.close();
});

it("hangs up on a server that was given up on", async () => {
	const smtp = await openSmtp();
	const asked = smtp.hang?.();
	const call = new AbortController();
	const sending = smtp.mailer.send(mail, call.signal);
	await asked;
	call.abort();
	await expect(sending).rejects.toThrow(MailError);
	await smtp.ended;
	await smtp.close();
});

it("takes a comma in an address for a part of it, not for a list", async () => {
	const smtp = await openSmtp();
	const to = "a@example.org,b@example.org";
	await smtp.mailer
		.send({ ...mail, to }, new AbortController().signal)
		.catch(() => {});
	expect(smtp.arrived.flatMap((one) => one.to)).not.toContain("b@example.org");
	await smtp.close();
});

it("tells no other machine its password in the clear", async () => {
	const smtp = await openSmtp();
	// The same server under a name that does not show it is this machine.
	const url = `smtp://plume:${PASSWORD}@0.0.0.0:${smtp.port}`;
	const mailer = smtpMailer({ url, from: FROM });
	await expect(mailer.send(mail, new AbortController().signal)).rejects.toThrow(
		/in safety.*\(ETLS /,
	);
	expect(smtp.logins).toBe(0);
	await smtp.close();
});

describe("a mail server with a certificate that nobody signed", () => {
	const open = async (secure: boolean, plain = false) => {
		const disabledCommands = plain ? ["STARTTLS"] : [];
		const server = new SMTPServer({
			...{ secure, disabledCommands, authOptional: true },
			onData(stream, _session, callback) {
				stream.resume().on("end", callback);
			},
		});
		server.on("error", () => {});
		const listener = server.listen(0, "0.0.0.0");
		await once(listener, "listening");
		const { port } = listener.address() as AddressInfo;
		const send = (scheme: string, host: string) =>
			smtpMailer({ url: `${scheme}://${host}:${port}`, from: FROM }).send(
				mail,
				new AbortController().signal,
			);
		const close = () => new Promise<void>((resolve) => server.close(resolve));
		return { send, close };
	};

	it("takes mail on this machine", async () => {
		for (const [secure, scheme] of [
			[false, "smtp"],
			[true, "smtps"],
		] as const) {
			const { send, close } = await open(secure);
			await send(scheme, "127.0.0.1");
			await close();
		}
	});

	it("is told from a plain port, and from one where nobody listens", async () => {
		const refusalOf = async (sending: Promise<void>) =>
			sending.then(
				() => "sent",
				({ message }: MailError) => message,
			);
		const untrusted = await open(false);
		const plain = await open(false, true);
		expect(await refusalOf(untrusted.send("smtp", "0.0.0.0"))).toMatch(
			/certificate that is not trusted.*SMTP_URL/,
		);
		expect(await refusalOf(plain.send("smtps", "127.0.0.1"))).toMatch(
			/plain text on that port.*SMTP_URL/,
		);
		await untrusted.close();
		await plain.close();
		expect(await refusalOf(plain.send("smtp", "127.0.0.1"))).toMatch(
			/cannot be reached: check the host and the port in SMTP_URL/,
		);
	});
});
