/**
 * Everything random, and everything keyed by the server's secret. Chance
 * comes in as one function, so that tests can seed it.
 */
import {
	createCipheriv,
	createDecipheriv,
	createHmac,
	hkdfSync,
	randomFillSync,
	timingSafeEqual,
} from "node:crypto";
import { CODE_LENGTH, CODE_LETTERS } from "../../machines/code.ts";
import { digestOf } from "../log/line.ts";

export type RandomBytes = (size: number) => Uint8Array;

export class Secrets {
	readonly #secret: string;
	readonly #random: RandomBytes;

	constructor(secret: string, random: RandomBytes) {
		this.#secret = secret;
		this.#random = random;
	}

	/** 128 random bits, base64url. */
	id(): string {
		return Buffer.from(this.#random(16)).toString("base64url");
	}

	/** An entry whose text stands beside its event. The event has the digest of the text. */
	worded<Fact extends object>(fact: Fact, text: string) {
		const erasable = { salt: this.id(), text };
		return { event: { ...fact, digest: digestOf(erasable) }, erasable };
	}

	/** A login code: 6 characters, 30 random bits. */
	code(): string {
		return Array.from(
			this.#random(CODE_LENGTH),
			(byte) => CODE_LETTERS[byte % 32],
		).join("");
	}

	/** Tells in a log's headers whether it was written with this secret, and no more. */
	fingerprint(log: string): string {
		return this.mac("fingerprint", log).slice(0, 8);
	}

	/** Binds a code to its login: for any other login it is a wrong code. */
	codeMac(pending: string, code: string): string {
		return this.mac("code", pending, code);
	}

	/** Bytes that only the owner of the secret can make, for one use. */
	derive(use: string, size: number): Buffer {
		return Buffer.from(hkdfSync("sha256", this.#secret, "", use, size));
	}

	/** A whole number that nobody else can read or make. */
	seal(use: string, value: number): string {
		const block = Buffer.alloc(16);
		block.writeDoubleBE(value);
		return createCipheriv("aes-128-ecb", this.derive(use, 16), null)
			.update(block)
			.toString("base64url");
	}

	/** Undefined for what `seal` did not make for this use. */
	unseal(use: string, sealed: string): number | undefined {
		const block = createDecipheriv("aes-128-ecb", this.derive(use, 16), null)
			.setAutoPadding(false)
			.update(Buffer.from(sealed, "base64url"));
		const value = block.length === 16 ? block.readDoubleBE() : 0;
		return this.seal(use, value) === sealed ? value : undefined;
	}

	/** HMAC-SHA-256 of (use, parts), base64url; `use` keeps the purposes apart. */
	mac(use: string, ...parts: readonly string[]): string {
		return createHmac("sha256", this.#secret)
			.update([use, ...parts].join("\0"))
			.digest("base64url");
	}
}

export { sha256 } from "../log/line.ts";

/** Compares two MACs in constant time. */
export function sameMac(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
}

/** Random bytes, fetched 4 KiB at a time: each message needs 16, and a system call is slow. */
export function pooledRandom(): RandomBytes {
	const pool = Buffer.alloc(4096);
	let next = pool.length;
	return (size) => {
		if (next + size > pool.length) {
			randomFillSync(pool);
			next = 0;
		}
		next += size;
		return new Uint8Array(pool.subarray(next - size, next));
	};
}
