import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	clientAddress,
	parseTrusted,
	peerNetworks,
} from "../../src/transport/client-address.ts";
import { connectionLimiter } from "../../src/transport/connection-limiter.ts";

const proxies = parseTrusted("10.0.0.0/8, 2001:db8::/32,192.0.2.7");
const seen = (remote: string, forwardedFor?: string | string[]) =>
	clientAddress({ remote, forwardedFor, trusted: proxies }).address;

describe("who is really there", () => {
	it("is the other end of the socket where there is no proxy", () => {
		expect(seen("203.0.113.5")).toBe("203.0.113.5");
	});

	it("is not who somebody untrusted says it is", () => {
		expect(seen("203.0.113.5", "198.51.100.1")).toBe("203.0.113.5");
		const nobody = { forwardedFor: "198.51.100.1", trusted: parseTrusted("") };
		expect(clientAddress({ remote: "10.0.0.1", ...nobody }).address).toBe(
			"10.0.0.1",
		);
	});

	it("is who a trusted proxy says it is", () => {
		expect(seen("10.0.0.1", "203.0.113.5")).toBe("203.0.113.5");
		expect(seen("192.0.2.7", "203.0.113.5")).toBe("203.0.113.5");
		expect(seen("2001:db8::1", "203.0.113.5")).toBe("203.0.113.5");
		expect(seen("::ffff:10.0.0.1", "203.0.113.5")).toBe("203.0.113.5");
		expect(seen("192.0.2.8", "203.0.113.5")).toBe("192.0.2.8");
	});

	it("is read from the right, as far as the proxies are trusted", () => {
		expect(seen("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.2")).toBe(
			"203.0.113.5",
		);
		expect(seen("10.0.0.1", ["1.1.1.1", "203.0.113.5,10.0.0.2"])).toBe(
			"203.0.113.5",
		);
		expect(seen("10.0.0.1", "10.0.0.3, 10.0.0.2")).toBe("10.0.0.3");
	});

	it.each([
		"",
		"garbage",
		"203.0.113.5, unknown",
		"203.0.113.5,",
		"203.0.113.5:80:80",
		"[2001:db8::5",
		"203.0.113.5:",
		"203.0.113.05",
		"3405803781",
		"0x7f.1",
	])(
		"is the last one who can be believed when the header says %j",
		(header) => {
			expect(seen("10.0.0.1", header)).toBe("10.0.0.1");
		},
	);

	it.each([
		["203.0.113.7:4431", "203.0.113.7"],
		["[2001:db9::1]:443", "2001:db9::1"],
		["[2001:db9::1]", "2001:db9::1"],
		["2001:db9::1", "2001:db9::1"],
		['"[2001:db9::1]:443"', "2001:db9::1"],
		["::ffff:203.0.113.7", "203.0.113.7"],
	])("is understood with its port, as %s", (header, address) => {
		expect(seen("10.0.0.1", header)).toBe(address);
	});

	it("is never believed from a forged header, whatever is in it", () => {
		fc.assert(
			fc.property(fc.string(), fc.ipV4(), (forged, ip) => {
				const remote = "203.0.113.5";
				for (const header of [forged, ip, `${forged},${ip}`])
					expect(seen(remote, header)).toBe(remote);
				const honest = `${forged}, ${remote}`;
				expect(seen("10.0.0.1", honest)).toBe(remote);
			}),
		);
	});

	it("is unknown where a socket has no address", () => {
		const hops = { remote: undefined, forwardedFor: "1.1.1.1" };
		expect(clientAddress({ ...hops, trusted: proxies })).toEqual({
			address: "unknown",
			networks: ["unknown"],
		});
	});
});

describe("the networks someone is in", () => {
	const networks = (remote: string) =>
		clientAddress({ remote, forwardedFor: undefined, trusted: [] }).networks;

	it("are the address itself in IPv4, also inside IPv6", () => {
		expect(networks("203.0.113.5")).toEqual(["203.0.113.5"]);
		expect(networks("::ffff:203.0.113.5")).toEqual(["203.0.113.5"]);
		expect(networks("::ffff:cb00:7105")).toEqual(["203.0.113.5"]);
	});

	it("are the first 64, 56 and 48 bits in IPv6", () => {
		expect(networks("2001:db8:1:0f02:3:4:5:6")).toEqual([
			"2001:db8:1:f02::/64",
			"2001:db8:1:f00::/56",
			"2001:db8:1::/48",
		]);
		expect(networks("2001:db8:1:2:ffff::1")[0]).toBe("2001:db8:1:2::/64");
		expect(networks("2001:db8:1:3::1")[0]).toBe("2001:db8:1:3::/64");
	});

	it.each(["eth0", "eth0.10", "br-lan", "wlan0_1", "a:b", ""])(
		"are those of the address on an interface called %j",
		(zone) => {
			expect(networks(`fe80::1%${zone}`)[0]).toBe("fe80::/64");
			expect(seen("10.0.0.1", `fe80::1%${zone}`)).toBe("fe80::1");
		},
	);
});

describe("the list of trusted proxies", () => {
	it("may be empty", () => {
		expect(parseTrusted(" , ")).toEqual([]);
	});

	it.each([
		"proxy.example",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/-1",
		"10.0.0.0/8/8",
		"10.0.0.0/1e1",
		"10/8",
		"2001:db8::/129",
		"::ffff:10.0.0.0/104",
		"*",
	])("does not take %s, and says so", (entry) => {
		expect(() => parseTrusted(`127.0.0.1, ${entry}`)).toThrow(`"${entry}"`);
	});
});

describe("connections are counted", () => {
	const from = (remote: string) =>
		peerNetworks(remote, parseTrusted("10.0.0.0/8"));

	it("by nothing for a proxy of ours, and by the networks of anyone else", () => {
		expect(from("10.0.0.1")).toEqual([]);
		expect(from("203.0.113.5")).toEqual(["203.0.113.5"]);
		expect(from("2001:db8:1:f02::1")).toHaveLength(3);
	});

	it("in each IPv6 /64, in twice as many for its /56 and four times for its /48", () => {
		const limiter = connectionLimiter(() => 2);
		const address = (net: number, host: number) =>
			from(`2001:db8:1:${net.toString(16)}::${host}`);
		/** How many get in, of ten from each of these /64s. */
		const enter = (nets: readonly number[]) =>
			nets
				.flatMap((net) => Array.from({ length: 10 }, (_, i) => address(net, i)))
				.filter((one) => !limiter.isFull(one) && limiter.enter(one)).length;
		expect(enter([0x0001])).toBe(2);
		expect(enter([0x0002, 0x0003])).toBe(2);
		expect(enter([0x0101, 0x0202, 0x0303])).toBe(4);
		expect(limiter.isFull(from("2001:db8:2::1"))).toBe(false);
	});

	it("out once, however often someone leaves", () => {
		const limiter = connectionLimiter(() => 1);
		const leave = limiter.enter(["net"]);
		leave();
		limiter.enter(["net"]);
		leave();
		expect(limiter.isFull(["net"])).toBe(true);
	});
});
