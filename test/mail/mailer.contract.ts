/**
 * What every mailer must do, whatever carries its mails. Each implementation
 * brings a service that the test can look into and break.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
	type LoginMail,
	MailError,
	type Mailer,
} from "../../src/mail/mailer.ts";

export const mail: LoginMail = {
	to: "ada@example.org",
	name: "Ada_<b>",
	code: "7KQ2M9",
	expiresInMinutes: 10,
};

export interface Arrived {
	/** Everyone it is addressed to; nobody, where there are no addresses. */
	readonly to: readonly string[];
	/** All that can be read of it. */
	readonly text: string;
}

export interface Service {
	readonly mailer: Mailer;
	readonly arrived: readonly Arrived[];
	/** By what goes wrong: makes it go wrong, and what the operator must be told. */
	readonly faults: Readonly<Record<string, readonly [() => unknown, RegExp]>>;
	/** Never answers again; resolves once it has been asked. */
	readonly hang?: () => Promise<void>;
	/** What must be in no error. */
	readonly secrets: readonly string[];
	close(): Promise<void>;
}

export function mailerContract(
	serviceName: string,
	faults: readonly string[],
	open: () => Promise<Service>,
): void {
	describe(`the ${serviceName} mailer`, () => {
		let service: Service;
		beforeEach(async () => {
			service = await open();
		});
		afterEach(() => service.close());

		const send = (signal = new AbortController().signal) =>
			service.mailer.send(mail, signal);
		const failure = async (sending: Promise<void>): Promise<MailError> => {
			const error: unknown = await sending.then(
				() => undefined,
				(thrown: unknown) => thrown,
			);
			if (!(error instanceof MailError)) throw error ?? new Error("was sent");
			const said = `${error.stack} ${JSON.stringify(error)} ${error.cause}`;
			for (const secret of [mail.to, mail.code, ...service.secrets])
				expect(said).not.toContain(secret);
			return error;
		};

		it("brings one mail with name and code to one person", async () => {
			await send();
			expect(service.arrived).toHaveLength(1);
			expect(service.arrived[0]?.text).toContain(mail.name);
			expect(service.arrived[0]?.text).toContain(mail.code);
			for (const to of service.arrived[0]?.to ?? []) expect(to).toBe(mail.to);
		});

		it("sends nothing if it was called off before", async () => {
			await failure(send(AbortSignal.abort()));
			expect(service.arrived).toEqual([]);
		});

		it("can send again after a failure", async () => {
			await failure(send(AbortSignal.abort()));
			await send();
			expect(service.arrived).toHaveLength(1);
		});

		it.each(faults)("tells the operator what to do about %s", async (fault) => {
			const [cause, words] = service.faults[fault] ?? [];
			await cause?.();
			const error = await failure(send());
			expect(error.message).toMatch(words ?? /no such fault/);
			expect(service.arrived).toEqual([]);
		});

		it("lets go of a service that never answers when told to", async () => {
			if (!service.hang) return;
			const asked = service.hang();
			const call = new AbortController();
			const sending = failure(send(call.signal));
			await asked;
			call.abort();
			expect((await sending).message).toMatch(/given up/);
		});
	});
}
