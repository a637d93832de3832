/**
 * How much garbage may gather. By itself V8 lets a heap grow to several times
 * what is in use before it looks for garbage again, and while thousands are
 * connected it never finds the server idle enough to look sooner: each who
 * came in a rush would keep costing what letting them in did. With this it
 * looks when a quarter was added, or as much as it is worth to look for.
 */
import {
	constants,
	type PerformanceEntry,
	PerformanceObserver,
} from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";

const SHARE = 0.25;
/** Bytes: a small heap would be looked through all the time, and each time costs whoever waits a tenth of a second. */
const WORTH_IT = 40 * 1024 * 1024;

/** For the whole process, with its threads. */
export function boundGarbage(): void {
	const observer = new PerformanceObserver((seen) => {
		if (!seen.getEntries().some(isWhole)) return;
		const { used_heap_size: used } = getHeapStatistics();
		const percent = Math.ceil(Math.max(SHARE, WORTH_IT / used) * 100);
		setFlagsFromString(`--heap-growing-percent=${percent}`);
	});
	observer.observe({ entryTypes: ["gc"] });
}

/** A collection that looked at everything, not only at what is young. */
function isWhole(entry: PerformanceEntry): boolean {
	const { kind } = Object("detail" in entry && entry.detail);
	return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
