/**
 * How much garbage may gather. By itself V8 lets the heap grow to several times
 * what is in use before it looks for garbage again, and while thousands are
 * connected it never finds the server idle enough to look sooner: each who
 * came in a rush would keep costing what letting them in did. With this it
 * looks when a quarter was added. What a busy server throws away never gets
 * old enough to count, so this costs it nothing that can be measured.
 */
import { setFlagsFromString } from "node:v8";

const MOST_PERCENT = 25;

/** From the next collection on; for the whole process, with its threads. */
export function boundGarbage(): void {
	setFlagsFromString(`--heap-growing-percent=${MOST_PERCENT}`);
}
