/**
 * Who may use the inspector: someone with the token, from a page of our own.
 * Another site's page cannot even try a token, whatever name it calls us by.
 */
import type { IncomingMessage } from "node:http";
import { sameMac, sha256 } from "../engine/secrets.ts";
import { isOfHost } from "../transport/hosts.ts";

/** Whether a Host header is one of ours. */
export type IsOwnHost = (host: string | undefined) => boolean;

/** Whether a request comes from a page of ours, under a name of ours: another site can point its own name at us. */
export const isFromOwnPage = ({ headers }: IncomingMessage, isOwn: IsOwnHost) =>
	isOfHost(headers.origin ?? "", headers.host) && isOwn(headers.host);

/** Takes the same time for every wrong token. */
export const isToken = (offered: string | undefined, token: string) =>
	sameMac(sha256(offered ?? ""), sha256(token));
