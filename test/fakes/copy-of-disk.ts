import type { Disk } from "../../src/log/disk.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";

/** The log on a disk as it is now. A process that is gone may go on writing to the original, since its promises go on. */
export async function copyOf(disk: Disk): Promise<Disk> {
	const copy = memoryDisk();
	for (const name of await disk.list("log")) {
		const file = await copy.open(`log/${name}`);
		let at = 0;
		for await (const bytes of disk.read(`log/${name}`))
			at += await file.write(Buffer.from(bytes), at);
	}
	return copy;
}
