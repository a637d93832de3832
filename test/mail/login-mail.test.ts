import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderLoginMail } from "../../src/mail/login-mail.ts";

const mail = {
	to: "ada@example.org",
	name: "Ada",
	code: "7KQ2M9",
	expiresInMinutes: 10,
};

describe("the letter", () => {
	it("says in both forms what the code is, how long it is good and that nobody will ask for it", () => {
		const { text, html } = renderLoginMail(mail);
		for (const form of [text, html]) {
			expect(form).toContain("Ada");
			expect(form).toContain("7KQ2M9");
			expect(form).toContain("good for 10 minutes");
			expect(form).toContain("Nobody at Plume will ever ask you for it");
			expect(form).toContain("If you did not ask for it, ignore this mail");
		}
	});

	it("keeps the code out of the subject", () => {
		expect(renderLoginMail(mail).subject).not.toContain("7KQ2M9");
	});

	it("leaves the colours of text and page to the reader", () => {
		const { html } = renderLoginMail(mail);
		expect(html).toContain('name="color-scheme" content="light dark"');
		expect(html).not.toMatch(/[;"](background|color):/);
	});

	it("shows whatever a name holds as plain text", () => {
		const plain = renderLoginMail({ ...mail, name: "" }).html;
		const tags = (html: string) => html.match(/<[^>]*>/g);
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (name) => {
				const { html } = renderLoginMail({ ...mail, name: `<b>"'&${name}` });
				expect(tags(html)).toEqual(tags(plain));
			}),
		);
	});
});
