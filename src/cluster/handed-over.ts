/** The connections that this process hands over to an edge. */
import type { ChildProcess, Serializable } from "node:child_process";

interface Worker {
	readonly process: ChildProcess;
	on(event: "error", hear: (error: Error) => void): unknown;
}

/** Each connection is ours until the edge says that it has it, or not; then another edge may get it. If the process dies before that, it is closed, or nobody would ever answer there. What can't be sent to a process that dies ends nobody else. */
export function closeUntaken(
	worker: Worker,
	warn: (why: string) => void,
): void {
	const { process: child } = worker;
	const handed = new Map<unknown, unknown>();
	const { send } = child;
	child.send = (message: Serializable, ...more: unknown[]) => {
		const { act, seq } = Object(message);
		if (act === "newconn") handed.set(seq, more[0]);
		return Reflect.apply(send, child, [message, ...more]);
	};
	child.on("internalMessage", (message) => handed.delete(Object(message).ack));
	child.once("close", () => {
		for (const handle of handed.values()) Object(handle).close();
	});
	// One that could not be started has no such end.
	child.once("spawn", () => worker.on("error", ({ message }) => warn(message)));
}
