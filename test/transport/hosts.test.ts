/** By what names a server is called. */
import { expect, test } from "vitest";
import { isOfHost, isPrivate, ownHosts } from "../../src/transport/hosts.ts";

const isOurs = ownHosts("192.0.2.7", ["https://Chat.example.org:8443"]);

test.each([
	"127.0.0.1",
	"127.0.0.2:4884",
	"localhost:4884",
	"LOCALHOST.",
	"plume.localhost",
	"[::1]:4884",
	"[0:0:0:0:0:0:0:1]",
	"192.0.2.7:80",
	"chat.example.org",
	"CHAT.example.org.:8443",
])("%s is a name of ours", (host) => {
	expect(isOurs(host)).toBe(true);
});

test.each([
	undefined,
	"",
	"evil.example",
	"localhost.evil.example",
	"127.0.0.1.evil.example",
	"evil.example#localhost",
	"localhost@evil.example",
	"evil.example/localhost",
	"notlocalhost",
	"192.0.2.8",
	"[::2]",
	"::1",
])("%s is no name of ours", (host) => {
	expect(isOurs(host)).toBe(false);
});

test("a server bound to an IPv6 address is called by it", () => {
	const isHere = ownHosts("2001:db8::7", []);
	expect(isHere("[2001:DB8:0::7]:4884")).toBe(true);
	expect(isHere("[2001:db8::8]:4884")).toBe(false);
	expect(ownHosts("fe80::1%eth0", [])("localhost")).toBe(true);
});

test.each(["fe80::1%eth0.10", "fe80::1%br-lan"])(
	"%s is an address of a network of one's own",
	(host) => {
		expect(isPrivate(host)).toBe(true);
	},
);

test.each([
	["https://chat.example.org", "chat.example.org:443", true],
	["https://chat.example.org:443", "chat.example.org", true],
	["http://chat.example.org", "CHAT.example.org:80", true],
	["https://chat.example.org", "chat.example.org:80", false],
	["https://chat.example.org", "chat.example.org.evil.example", false],
	["https://chat.example.org.evil.example", "chat.example.org", false],
	["null", "null", false],
])("the origin %s asks its own host %s: %s", (origin, host, isOwn) => {
	expect(isOfHost(origin, host)).toBe(isOwn);
});
