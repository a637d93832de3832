/** What nodes tell each other on real nats-servers, without storing it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { MOST_BYTES, openNatsBus } from "../../src/cluster/nats-bus.ts";
import { NatsServers } from "./nats-servers.ts";

let servers: NatsServers;
beforeAll(async () => {
	servers = await NatsServers.start(1);
});
afterAll(() => servers.stop());

/** A node on the bus, and what it hears. */
async function joined(node: string) {
	const heard: string[] = [];
	const bus = await openNatsBus({
		settings: {
			...{ servers: servers.addresses, stream: "BUS", replicas: 1 },
			...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
		},
		node,
		onMessage: (bytes, to) => heard.push(`${to}: ${Buffer.from(bytes)}`),
		onDisconnected: () => heard.push("disconnected"),
		onConnected: () => heard.push("connected"),
	});
	return { heard, bus };
}

test("a message reaches the node it is for, or every one, its sender too", async () => {
	const [a, b, c] = await Promise.all(["a", "b", "c"].map(joined));
	a?.bus.send("b", Buffer.from("to b"));
	a?.bus.publish(Buffer.from("to all"));
	c?.bus.publish(Buffer.from("bye"));
	await expect.poll(() => b?.heard.length).toBe(3);
	expect(b?.heard.toSorted()).toEqual([
		"all: bye",
		"all: to all",
		"node: to b",
	]);
	for (const node of [a, c])
		await expect
			.poll(() => node?.heard.toSorted())
			.toEqual(["all: bye", "all: to all"]);
	for (const node of [a, b, c]) await node?.bus.close();
});

test("a message that is too large is a mistake of the sender", async () => {
	const { bus } = await joined("a");
	expect(() => bus.publish(new Uint8Array(MOST_BYTES + 1))).toThrow(RangeError);
	await bus.close();
	// Nothing is to be done about it any more.
	bus.publish(new Uint8Array(1));
});

test("a node is told that it is cut off, and when it is back", async () => {
	const [a, b] = await Promise.all(["a", "b"].map(joined));
	const [server] = servers.all;
	await server?.kill();
	await expect.poll(() => a?.heard).toEqual(["disconnected"]);
	await server?.start();
	for (const node of [a, b])
		await expect.poll(() => node?.heard).toEqual(["disconnected", "connected"]);
	a?.bus.send("b", Buffer.from("again"));
	await expect.poll(() => b?.heard.at(-1)).toBe("node: again");
	for (const node of [a, b]) await node?.bus.close();
});
