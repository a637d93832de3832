/**
 * Who may look in: whoever knows the token, and asks us by a name of ours, so
 * that no page of another site can even try, by whatever name it reaches us.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isOfHost } from "../transport/hosts.ts";

/** Whether a Host header is one of ours. */
export type IsOwnHost = (host: string | undefined) => boolean;

/** Whether a page of our own asks, and means us, not a name that another site has made to mean us. */
export const isOwnPages = ({ headers }: IncomingMessage, isOwn: IsOwnHost) =>
	isOfHost(headers.origin ?? "", headers.host) && isOwn(headers.host);

/** In a time that tells nothing of the token. */
export function isToken(offered: string | undefined, token: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(offered ?? ""), digest(token));
}
