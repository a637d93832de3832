/** As many of the first of a list as fit into so many bytes, but at least one. */
export function takeBytes<Each>(
	list: readonly Each[],
	most: number,
	bytesOf: (each: Each) => number,
): readonly Each[] {
	let [count, bytes] = [0, 0];
	for (const each of list) {
		bytes += bytesOf(each);
		if (bytes > most && count > 0) break;
		count++;
	}
	return list.slice(0, count);
}
