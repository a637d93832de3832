/**
 * What a text is made of, as far as it is more than words, and whom it
 * mentions. Server and page read it the same way.
 */

/** A fence, `code`, an address, or an @name; the first that fits wins. */
export const PARTS =
	/```(?:[\w+#.-]*\n)?(?<fence>[\s\S]+?)\n?```|`(?<code>[^`\n]+)`|(?<url>https?:\/\/[^\s<>"`]+)|(?<![\p{L}\p{N}_-])@(?<name>[\p{L}\p{M}\p{N}_-]+)/gu;

/** Names that are equal so are one to who types them. */
export const foldName = (name: string): string =>
	name.normalize("NFKC").toLowerCase();

/** The names that are mentioned, folded. */
export function mentioned(text: string): readonly string[] {
	if (!text.includes("@")) return [];
	return [...text.matchAll(PARTS)].flatMap(({ groups }) => {
		return groups?.name === undefined ? [] : foldName(groups.name);
	});
}
