/**
 * The key pair by which push services know this server (RFC 8292). It is made
 * of the secret, so subscriptions outlive whatever the secret outlives.
 */
import { createECDH } from "node:crypto";
import type { Secrets } from "../engine/secrets.ts";

/** The order of the group P-256. */
const ORDER =
	0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;
/** With 64 bits to spare the remainder is as good as even (FIPS 186-5, A.2.1). */
const WIDE_BYTES = 40;

export function vapidKeys(secrets: Secrets) {
	const wide = BigInt(
		`0x${secrets.derive("push", WIDE_BYTES).toString("hex")}`,
	);
	const scalar = (wide % (ORDER - 1n)) + 1n;
	const key = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
	const pair = createECDH("prime256v1");
	pair.setPrivateKey(key);
	const publicKey = pair.getPublicKey("base64url");
	return { publicKey, privateKey: key.toString("base64url") };
}
