/**
 * How much garbage may gather, and for how long. By itself V8 lets a heap grow
 * to several times what is in use before it looks for garbage again, and while
 * thousands are connected it never finds the server idle enough to look
 * sooner: each who came in a rush would keep costing what letting them in did.
 * With this it looks when a quarter was added, or as much as it is worth to
 * look for; and once more when the rush is over, since what was on its way
 * while it looked the last time was no garbage yet.
 */
import {
	constants,
	type PerformanceEntry,
	PerformanceObserver,
	performance,
} from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";

const SHARE = 0.25;
/** Bytes: a small heap would be looked through all the time, and on one busy core each time costs whoever waits a tenth of a second. */
const WORTH_IT = 40 * 1024 * 1024;
const LOOK_MS = 5000;
/** Of the event loop's time: a rush is over when less of it is used. */
const QUIET = 0.2;

/** For the whole process, with its threads. */
export function boundGarbage(): void {
	let isRushOver = true;
	let asked = false;
	const ask = (now: boolean) => {
		asked = now;
		// Which percentage of what may be added makes V8 begin, bit by bit; 0 is its own choice.
		setFlagsFromString(`--incremental-marking-soft-trigger=${now ? 1 : 0}`);
	};
	const observer = new PerformanceObserver((seen) => {
		if (!seen.getEntries().some(isWhole)) return;
		isRushOver = asked;
		if (asked) ask(false);
		const { used_heap_size: used } = getHeapStatistics();
		const percent = Math.ceil(Math.max(SHARE, WORTH_IT / used) * 100);
		setFlagsFromString(`--heap-growing-percent=${percent}`);
	});
	observer.observe({ entryTypes: ["gc"] });
	let before = performance.eventLoopUtilization();
	setInterval(() => {
		const now = performance.eventLoopUtilization();
		const { utilization } = performance.eventLoopUtilization(now, before);
		before = now;
		if (!isRushOver && !asked && utilization < QUIET) ask(true);
	}, LOOK_MS).unref();
}

/** A collection that looked at everything, not only at what is young. */
function isWhole(entry: PerformanceEntry): boolean {
	const { kind } = Object("detail" in entry && entry.detail);
	return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
