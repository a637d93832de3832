/**
 * Seals what nodes tell each other: AES-256-GCM, under a key that only those
 * can make who know the server's secret. Codes, emails and tokens pass there.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Secrets } from "../engine/secrets.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class WrongSecret extends Error {}

export class Seal {
	readonly #key: Buffer;

	constructor(secrets: Pick<Secrets, "mac">) {
		this.#key = Buffer.from(secrets.mac("nodes"), "base64url");
	}

	/** `about` says what it is for: it must be the same when it is opened. */
	seal(plain: Uint8Array, about: string): Buffer {
		const nonce = randomBytes(NONCE_BYTES);
		const cipher = createCipheriv(CIPHER, this.#key, nonce);
		cipher.setAAD(Buffer.from(about));
		const sealed = [cipher.update(plain), cipher.final()];
		return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
	}

	/** Throws `WrongSecret` if another secret sealed it, or it is about something else. */
	open(sealed: Buffer, about: string): Buffer {
		const nonce = sealed.subarray(0, NONCE_BYTES);
		const rest = sealed.subarray(NONCE_BYTES);
		const decipher = createDecipheriv(CIPHER, this.#key, nonce, {
			authTagLength: TAG_BYTES,
		});
		decipher.setAAD(Buffer.from(about));
		decipher.setAuthTag(rest.subarray(0, TAG_BYTES));
		const plain = decipher.update(rest.subarray(TAG_BYTES));
		try {
			return Buffer.concat([plain, decipher.final()]);
		} catch (cause) {
			throw new WrongSecret("it was sealed with another secret", { cause });
		}
	}
}
