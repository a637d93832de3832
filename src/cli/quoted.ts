/** A word as a POSIX shell takes it, for a command that is printed to be copied. */
export const quoted = (word: string): string =>
	/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
