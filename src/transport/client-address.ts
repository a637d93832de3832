/**
 * Who is really there. A proxy we were told to trust says for whom it speaks;
 * nobody else's word is taken for it, since a header is easily forged.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Trusted = readonly (readonly [Address, number])[];

export interface Peer {
	readonly address: string;
	/** What limits are counted by: the IPv4 address, or the IPv6 /64, /56 and /48: one customer is given any of these. */
	readonly networks: readonly [string, ...string[]];
}

interface Hops {
	/** The other end of the socket. */
	readonly remote: string | undefined;
	/** `X-Forwarded-For`: each proxy appends who called it. */
	readonly forwardedFor: string | readonly string[] | undefined;
	readonly trusted: Trusted;
}

/** Reads addresses and CIDR blocks, by comma. Throws an Error that names the one it can't read. */
export function parseTrusted(list: string): Trusted {
	const entries = list.split(",").map((entry) => entry.trim());
	return entries.filter(Boolean).map((entry) => {
		const [written = "", size, ...more] = entry.split("/");
		const address = parse(written);
		const most = address?.kind() === "ipv4" ? 32 : 128;
		const bits = Number(size ?? most);
		const fits = /^\d*$/.test(size ?? "") && size !== "" && bits <= most;
		if (!address || !fits || more.length > 0)
			throw new Error(`"${entry}" is neither an IP address nor a CIDR block`);
		return [address, bits] as const;
	});
}

/** Walks the hops from the nearest, as long as the one that names the next is trusted and names an address. */
export function networkOf({ remote, forwardedFor, trusted }: Hops): Peer {
	let peer = parse(remote ?? "");
	if (!peer) return { address: "unknown", networks: ["unknown"] };
	const hops = [forwardedFor ?? []].flat().join(",").split(",");
	while (isTrusted(peer, trusted)) {
		const next = parse(withoutPort(hops.pop() ?? ""));
		if (!next) break;
		peer = next;
	}
	const address = peer.toString();
	if (peer instanceof ipaddr.IPv4) return { address, networks: [address] };
	const block = (bits: number) =>
		`${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
	return { address, networks: [block(64), block(56), block(48)] };
}

/** What a TCP connection is counted by: nothing where the peer is a proxy that we trust. */
export function peerNetworks(
	remote: string | undefined,
	trusted: Trusted,
): readonly string[] {
	const peer = parse(remote ?? "");
	if (peer && isTrusted(peer, trusted)) return [];
	return networkOf({ remote, forwardedFor: undefined, trusted }).networks;
}

function isTrusted(peer: Address, trusted: Trusted): boolean {
	return trusted.some(
		([block, bits]) => block.kind() === peer.kind() && peer.match(block, bits),
	);
}

/** Some proxies name the port too: `203.0.113.7:4431`, `[2001:db8::1]:443`. */
const withoutPort = (hop: string) =>
	hop
		.trim()
		.replace(/^"(.*)"$/, "$1")
		.replace(/^\[(.*)\](:\d+)?$/, "$1")
		.replace(/^([\d.]+):\d+$/, "$1");

/** An IPv4 address in an IPv6 one's clothes is the IPv4 address. */
function parse(text: string): Address | undefined {
	return isIP(text) === 0 ? undefined : ipaddr.process(text);
}
