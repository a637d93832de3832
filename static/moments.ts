/** The moments in what the server says: it tells them by UTC, since it knows no reader's clock. */

/** The same words with their moments by the reader's clock. */
export const byOwnClock = (words: string, locale: string): string =>
	words.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, (moment) =>
		new Date(moment.replace(/ (.*) UTC/, "T$1Z")).toLocaleString(locale, {
			dateStyle: "medium",
			timeStyle: "short",
		}),
	);
