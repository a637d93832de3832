/** Shows a notification. It is loaded when the first is due. */

import { BASE } from "./base-path.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";

/** A click on it leads to the room. */
export function notify(
	page: Page,
	room: string,
	title: string,
	body: string,
): void {
	const tag = `plume ${pathOf(room)}`;
	const icon = `${BASE}static/icon-192.png`;
	const options = { body, tag, icon, data: { room, path: pathOf(room) } };
	try {
		const notification = new Notification(title, options);
		notification.onclick = () => {
			focus();
			void page.go(room);
			notification.close();
		};
	} catch {
		// On a phone only a service worker may show notifications.
		void navigator.serviceWorker?.ready.then((worker) =>
			worker.showNotification(title, options),
		);
	}
}
