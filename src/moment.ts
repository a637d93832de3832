/** A moment for people to read, to the minute. */
export const momentOf = (time: number): string =>
	`${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
