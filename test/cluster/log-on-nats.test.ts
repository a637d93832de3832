/** A log whose batches are on a stream of a real nats-server keeps the contract of every log. */
import { afterAll, beforeAll, describe } from "vitest";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import { append } from "../../src/cluster/stream.ts";
import { StreamEraser } from "../../src/cluster/stream-eraser.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { readAll } from "../log/entries.ts";
import { logContract } from "../log/log.contract.ts";
import { NatsServers } from "./nats-servers.ts";

let servers: NatsServers;
beforeAll(async () => {
	servers = await NatsServers.start(1);
});
afterAll(() => servers.stop());

const clock = new FakeClock();
const ID = "abcdefghijklmnopqrstuv";
let streams = 0;

describe("a log on NATS", () => {
	logContract(async () => {
		const port = await openNatsStream({
			...{ servers: servers.addresses, stream: `LOG${++streams}`, replicas: 1 },
			...{ credentials: "", tlsCa: "", tlsCert: "", tlsKey: "" },
		});
		const { signal } = new AbortController();
		const report = { info() {}, warn() {} };
		return {
			/** What is opened has all from the stream, and nothing from files of before. */
			async open() {
				const disk = memoryDisk();
				const mirror = memoryLog(ID, clock, disk);
				await readAll(mirror);
				let last = await port.last();
				for (let seq = 1; seq <= last; seq++) {
					const message =
						(await port.getErased(seq)) ?? (await port.get(seq, "leader"));
					if (message) await mirror.mirror(Buffer.from(message.bytes));
				}
				await mirror.close();
				const log = memoryLog(ID, clock, disk, {
					async replicate(bytes) {
						const kind = "batch";
						const batch = { kind, bytes, term: 1, node: "n" } as const;
						await append(port, batch, last++, { clock, signal, report });
					},
				});
				const { segments } = log;
				const eraseHere = segments.erase.bind(segments);
				segments.erase = async (spans) => {
					await eraseHere(spans);
					const seqs = spans.map(({ seq }) => seq);
					await new StreamEraser({ port, clock, report }).erase(
						...([seqs, 0, 1, () => true] as const),
					);
				};
				return log;
			},
		};
	});
});
