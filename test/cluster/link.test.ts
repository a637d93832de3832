/** A connection between two nodes whose other end takes nothing. */
import { Duplex } from "node:stream";
import { expect, test, vi } from "vitest";
import { Link } from "../../src/cluster/link.ts";
import { Seal } from "../../src/cluster/seal.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { seededBytes } from "../test-server.ts";

test("what waits for the network goes on once the link is over", async () => {
	const socket = new Duplex({ highWaterMark: 1, read() {}, write() {} });
	const seal = new Seal(new Secrets("a secret for tests", seededBytes("seal")));
	const onDrained = vi.fn();
	const over = new Promise<unknown>((onClose) => {
		const link = new Link(socket, seal, { onMessage() {}, onClose });
		link.onceDrained(onDrained);
		expect(onDrained).not.toHaveBeenCalled();
		link.close();
	});
	await over;
	expect(onDrained).toHaveBeenCalledOnce();
});
