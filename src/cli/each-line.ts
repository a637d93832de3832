/** Opens each line of a log by itself, because the log may be damaged; undefined for a line that makes no sense. */
import { type Header, type Line, openLine } from "../log/open-line.ts";
import { Lines, type Source } from "../log/reader.ts";

export async function* eachLine(
	sources: readonly Source[],
): AsyncGenerator<Header | Line | undefined> {
	for (const source of sources) {
		const lines = new Lines();
		for await (const chunk of source.bytes())
			for (const line of lines.cut(chunk)) yield opened(line);
		const rest = lines.rest();
		if (rest.length > 0) yield opened(rest);
	}
}

/** Undefined for a line that makes no sense. */
export function opened(bytes: Buffer): Header | Line | undefined {
	try {
		return openLine(bytes.toString());
	} catch {
		return undefined;
	}
}
