/**
 * What lifts events of older versions to today's, by their type: the first
 * function of a list makes an event of version 1 into one of version 2, the
 * next makes that into version 3. `open-line.ts` applies them behind the check
 * of a line's hash, so what is on the disk stays as it was written.
 *
 * A line names the version of its event, like `"v":2`, unless that is 1.
 */
import type { Fields } from "./line.ts";

type Upcaster = (older: Fields) => Fields;

export const upcasters: ReadonlyMap<string, readonly Upcaster[]> = new Map();
