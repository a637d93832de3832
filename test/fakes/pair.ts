/** A connection within one process. */
import { Duplex } from "node:stream";

/** Its two ends; `onTraffic` is called at each write. What is written while nothing is carried never comes. */
export function pair(
	onTraffic: () => void,
	isCarried = () => true,
): readonly [Duplex, Duplex] {
	const ends: Duplex[] = [];
	for (const other of [1, 0])
		ends.push(
			new Duplex({
				read() {},
				write(chunk, _encoding, done) {
					onTraffic();
					if (isCarried()) ends[other]?.push(chunk);
					setImmediate(done);
				},
				destroy(error, done) {
					done(error);
					setImmediate(() => ends[other]?.destroy());
				},
			}),
		);
	const [one, two] = ends;
	if (!one || !two) throw new Error("no ends");
	return [one, two];
}
