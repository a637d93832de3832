/**
 * Keeps the page's own files for when there is no network. Whatever the
 * network can give comes from there, so a new version is never hidden by an
 * old one; nothing anyone said is kept.
 */

const CACHE = "plume";
const SHELL = ["/", "/static/app.js", "/static/plume.css", "/static/plume.svg"];

addEventListener("install", (event) => {
	skipWaiting();
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

/** Every room is the same page; the inspector, say, is another one. */
const isPage = (pathname) => pathname === "/" || pathname.startsWith("/r/");

/** Best effort: there may be no room left. */
async function keep(kept, answer) {
	const cache = await caches.open(CACHE);
	await cache.put(kept, answer);
}

async function networkFirst(request, kept) {
	const answer = await fetch(request).catch(() => Response.error());
	// A server that is gone may have a proxy before it that says so.
	if (answer.type === "error" || answer.status >= 500)
		return (await caches.match(kept)) ?? answer;
	if (answer.ok) await keep(kept, answer.clone()).catch(() => {});
	return answer;
}

addEventListener("fetch", (event) => {
	const { method, mode, url } = event.request;
	const { origin, pathname } = new URL(url);
	if (method !== "GET" || origin !== location.origin) return;
	const kept = mode === "navigate" && isPage(pathname) ? "/" : pathname;
	if (SHELL.includes(kept))
		event.respondWith(networkFirst(event.request, kept));
});
