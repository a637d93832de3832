/**
 * The names that a request may call this server by. Another site can point its
 * own name at this machine (DNS rebinding), so a server that only this machine
 * can reach accepts this machine's names and the configured ones alone.
 */
import { isIP } from "node:net";
import { addressIn } from "./client-address.ts";

/** What a request hears that calls this server by another name. */
export const NOT_OURS =
	"This server is not called by that name. PLUME_ORIGINS names those it is.";

/** The name in a Host header, without port and final dot, in lower case; undefined if there is none. */
export function hostnameOf(host: string | undefined): string | undefined {
	if (!host || !URL.canParse(`http://${host}`)) return undefined;
	const { hostname, username, pathname } = new URL(`http://${host}`);
	if (username || pathname !== "/") return undefined;
	return hostname.replace(/\.$/, "");
}

/** Whether a name always means the machine that resolves it. */
export function isLoopback(hostname: string): boolean {
	const name = hostname.replace(/^\[|\]$/g, "");
	const range = addressIn(name)?.range();
	return range ? range === "loopback" : /^(.+\.)?localhost$/.test(name);
}

const PRIVATE = ["private", "uniqueLocal", "linkLocal", "carrierGradeNat"];

/** Whether only this machine or its own network can reach an address. Nobody knows that of a name. */
export const isPrivate = (host: string): boolean =>
	isLoopback(host) || PRIVATE.includes(addressIn(host)?.range() ?? "");

/** Whether an Origin is that of the Host header. Either may spell out the scheme's default port. */
export function isOfHost(origin: string, host: string | undefined): boolean {
	if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
	const { protocol, host: own } = new URL(origin);
	if (!hostnameOf(host)) return false;
	const asked = new URL(`${protocol}//${host}`).host;
	return own.replace(/\.(?=:|$)/, "") === asked.replace(/\.(?=:|$)/, "");
}

/** Makes a check whether a Host header names us: by a name of this machine, the bound address, or one of our origins. */
export function ownHosts(bound: string, origins: readonly string[]) {
	const here = hostnameOf(isIP(bound) === 6 ? `[${bound}]` : bound);
	const known = new Set([
		here,
		...origins.map((origin) => new URL(origin).hostname),
	]);
	return (host: string | undefined): boolean => {
		const name = hostnameOf(host);
		return name !== undefined && (isLoopback(name) || known.has(name));
	};
}

/** The token in an Authorization header of the scheme Bearer (RFC 6750), in any case (RFC 9110 §11.1). */
export function bearerOf(header: string | undefined): string | undefined {
	return /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}
