/** The name and room of each client, which only its first events contain. */
import type { ClientId, PlumeEvent } from "../../machines/events.ts";

export class Clients {
	readonly #known = new Map<ClientId, { name: string; room: string }>();

	/** Call for each event in order. Returns its client, if it has one, and what is known about it. */
	about(event: PlumeEvent) {
		const client: ClientId = "client" in event ? event.client : "";
		if (client && "name" in event && "room" in event)
			this.#known.set(client, { name: event.name, room: event.room });
		const known = this.#known.get(client);
		if (event.type === "client.left" || event.type === "login.expired")
			this.#known.delete(client);
		const name = "name" in event ? event.name : known?.name;
		const room = "room" in event ? event.room : known?.room;
		return { client, name, room };
	}
}
