/**
 * A Web Lock for each client that a tab is in use as. A duplicated tab gets a
 * copy of the session storage, finds the lock taken, and starts as a new client.
 */

/** A reloaded page may release its lock only after the next page has begun. */
const [TRIES, RETRY_MS] = [20, 50];

const locked = new Set<string>();

/** Holds the lock until this page is gone; false if another page has it. */
function request(client: string): Promise<boolean> {
	// A page that came over plain HTTP has no locks: there the server closes one of two tabs with the same client.
	if (!("locks" in navigator)) return Promise.resolve(true);
	const options = { ifAvailable: true };
	return new Promise((resolve) => {
		const hold = (lock: Lock | null) => {
			resolve(lock !== null);
			return lock && new Promise<never>(() => {});
		};
		navigator.locks
			.request(`client ${client}`, options, hold)
			// Where storage is forbidden, locks may be as well.
			.catch(() => resolve(true));
	});
}

/** False if another page is in use as this client. */
export async function lockClient(client: string): Promise<boolean> {
	for (let tries = locked.has(client) ? 0 : TRIES; tries > 0; tries -= 1) {
		if (await request(client)) locked.add(client);
		if (locked.has(client)) break;
		await new Promise((then) => setTimeout(then, RETRY_MS));
	}
	return locked.has(client);
}
