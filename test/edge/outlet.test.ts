/** What is given to an outlet comes out whole and in order, however little the other end takes. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Outlet } from "../../src/edge/outlet.ts";

let near: Socket;
let far: Socket;
beforeEach(async () => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = typeof address === "object" ? (address?.port ?? 0) : 0;
	far = connect(port, "127.0.0.1");
	[near] = await once(server, "connection");
	server.close();
});
afterEach(() => {
	near.destroy();
	far.destroy();
});

const numbered = (from: number, count: number) =>
	Buffer.from(
		Array.from({ length: count }, (_, i) => `${from + i}\n`).join(""),
	);

test("small pieces leave at once, past the stream", async () => {
	const outlet = new Outlet(near);
	outlet.send(Buffer.from("hello"));
	expect([near.bytesWritten, outlet.unsentBytes]).toEqual([0, 0]);
	const [heard] = await once(far, "data");
	expect(String(heard)).toBe("hello");
});

test("what the kernel does not take waits, and what is written by others stays in its place", async () => {
	const outlet = new Outlet(near);
	const pieces = Array.from({ length: 200 }, (_, i) =>
		numbered(i * 5000, 5000),
	);
	for (const [index, piece] of pieces.entries()) {
		if (index % 7 === 6) near.write(piece);
		else outlet.send(piece);
	}
	expect(outlet.unsentBytes).toBeGreaterThan(0);
	near.end();
	const heard: Buffer[] = [];
	for await (const chunk of far) heard.push(chunk);
	expect(Buffer.concat(heard).equals(Buffer.concat(pieces))).toBe(true);
});

test("one is told when all that was sent is taken, and not before", async () => {
	const outlet = new Outlet(near);
	const drained = () =>
		new Promise<void>((resolve) => {
			outlet.whenDrained(resolve);
		});
	outlet.send(Buffer.from("hello"));
	await drained();
	const much = Buffer.alloc(64 * 1024 * 1024);
	outlet.send(much);
	let isTaken = false;
	const taken = drained().then(() => {
		isTaken = true;
	});
	expect(outlet.unsentBytes).toBeGreaterThan(0);
	await new Promise((resolve) => setImmediate(resolve));
	expect(isTaken).toBe(false);
	let bytes = 0;
	far.on("data", (chunk) => {
		bytes += chunk.length;
	});
	await taken;
	expect(outlet.unsentBytes).toBe(0);
	near.end();
	await once(far, "end");
	expect(bytes).toBe("hello".length + much.length);
});

test("nothing goes past a stream that encrypts", async () => {
	new Outlet(Object.assign(near, { encrypted: true })).send(Buffer.from("hi"));
	expect(near.bytesWritten).toBe(2);
});

test("a descriptor that is another's by now is not written to", async () => {
	const outlet = new Outlet(near);
	near.destroy();
	await once(near, "close");
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = typeof address === "object" ? (address?.port ?? 0) : 0;
	const other = connect(port, "127.0.0.1");
	const [heir] = await once(server, "connection");
	outlet.send(Buffer.from("for someone else"));
	heir.end("the end");
	const heard: Buffer[] = [];
	for await (const chunk of other) heard.push(chunk);
	expect(String(Buffer.concat(heard))).toBe("the end");
	server.close();
});

test("a socket that is closed takes nothing, and hurts nobody", async () => {
	const outlet = new Outlet(near);
	near.on("error", () => {});
	near.destroy();
	outlet.send(Buffer.from("too late"));
	await once(near, "close");
	outlet.send(Buffer.from("far too late"));
	expect(near.bytesWritten).toBe(0);
});

test("without a descriptor everything goes through the stream", () => {
	const stream = new PassThrough();
	new Outlet(stream).send(Buffer.from("hello"));
	expect(String(stream.read())).toBe("hello");
});
