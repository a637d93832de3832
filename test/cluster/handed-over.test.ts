/** What becomes of a connection when the edge that it is handed over to dies. */
import { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { closeUntaken } from "../../src/cluster/handed-over.ts";

/** An edge that was started, as its parent has it. */
function startEdge() {
	const child = new ChildProcess();
	child.send = () => true;
	const warnings: string[] = [];
	const worker = Object.assign(new EventEmitter(), { process: child });
	closeUntaken(worker, (why) => warnings.push(why));
	child.emit("spawn");
	/** As Node hands a connection over. */
	const hand = (seq: number) => {
		const close = vi.fn();
		const handle = JSON.parse("{}");
		child.send({ act: "newconn", seq }, Object.assign(handle, { close }));
		return close;
	};
	const answer = (seq: number, accepted: boolean) =>
		child.emit("internalMessage", { ack: seq, accepted });
	return { child, worker, warnings, hand, answer };
}

test("one without an answer is closed", () => {
	const { child, hand } = startEdge();
	const close = hand(1);
	child.emit("close");
	expect(close).toHaveBeenCalled();
});

test.each([true, false])(
	"one that the edge accepted, %s, is not",
	(accepted) => {
		const { child, hand, answer } = startEdge();
		const close = hand(1);
		answer(1, accepted);
		child.emit("close");
		expect(close).not.toHaveBeenCalled();
	},
);

test("a listening socket that an edge is given stays open for others", () => {
	const { child } = startEdge();
	const handle = Object.assign(JSON.parse("{}"), { close: vi.fn() });
	child.send({ ack: 1, key: "8080" }, handle);
	child.emit("close");
	expect(handle.close).not.toHaveBeenCalled();
});

test("what can't be sent to an edge that dies is only named", () => {
	const { worker, warnings } = startEdge();
	worker.emit("error", new Error("write EPIPE"));
	expect(warnings).toEqual(["write EPIPE"]);
});
