/**
 * Keeps the page's own files for when there is no network, or a newer server
 * has none of them. A file comes from the network if that has it, so an old
 * version never hides a new one. Another build has another worker, with a cache
 * of its own. Messages are not stored.
 */

/** The path that this Plume is under. */
const BASE = new URL(".", location).pathname;
/** The build puts its own mark for "-MARK". */
const CACHE = `plume-MARK ${BASE}`;
/** The page names its language. */
const LANGUAGE = location.search.slice(1);
const FILES = [
	...["catalogue-MARK.js", "app-MARK.js", "later-MARK.js"],
	...[`${LANGUAGE}-MARK.json`, `${LANGUAGE}-later-MARK.json`],
	...["plume.css", "later.css", "plume.svg"],
];
const SHELL = [BASE, ...FILES.map((file) => `${BASE}static/${file}`)];

addEventListener("install", (event) => {
	skipWaiting();
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});
/** Drops what an older worker of this Plume stored. */
async function claim() {
	for (const name of await caches.keys())
		if (name !== CACHE && (name.endsWith(` ${BASE}`) || name === "plume"))
			await caches.delete(name);
	await clients.claim();
}
addEventListener("activate", (event) => event.waitUntil(claim()));

/** Every room is the same page; the inspector, say, is another one. */
const isPage = (pathname) =>
	pathname === BASE || pathname.startsWith(`${BASE}r/`);

/** After so long without an answer the stored file is shown. */
const SILENCE_MS = 4_000;

const silence = () => new Promise((resolve) => setTimeout(resolve, SILENCE_MS));

async function answerTo(request, cached) {
	const asked = fetch(request).catch(() => Response.error());
	/** It may not answer while another worker fills the cache. */
	const stored = () =>
		caches.match(cached, { cacheName: CACHE }).catch(() => undefined);
	/** The stored file in the place of an answer that is none. */
	async function orStored(answer) {
		const { type, status } = answer;
		// A proxy may answer for a server that is down.
		const isDown = type === "error" || status >= 500;
		// A newer server has no files of this build.
		const isGone = status === 404 && cached !== BASE;
		return ((isDown || isGone) && (await stored())) || answer;
	}
	const soon = await Promise.race([asked, silence()]);
	if (soon) return orStored(soon);
	const old = stored().then((found) => found ?? asked);
	return Promise.race([asked.then(orStored), old]);
}

addEventListener("fetch", (event) => {
	const { method, mode, url } = event.request;
	const { origin, pathname } = new URL(url);
	if (method !== "GET" || origin !== location.origin) return;
	const cached = mode === "navigate" && isPage(pathname) ? BASE : pathname;
	if (SHELL.includes(cached))
		event.respondWith(answerTo(event.request, cached));
});

/** A name can't turn the words around it. */
const shown = (name) =>
	LANGUAGE !== "ar" && /^[\0-\u058f]*$/.test(name)
		? name
		: `\u2068${name}\u2069`;

/** The stored words for who writes where. The build puts their number among all words. */
async function titleWords() {
	const parts = ["", "-later"].map(async (part) => {
		const file = `${BASE}static/${LANGUAGE}${part}-MARK.json`;
		const stored = await caches.match(file, { cacheName: CACHE });
		return (await stored.json())[0];
	});
	return (await Promise.all(parts)).flat()["words:notify.title"];
}

/** Loaded once, so that notes are shown in the order in which they came. */
let words;

/** A note has to be shown, also if the browser has lost the words. */
async function titleOf(name, room) {
	words ??= titleWords().catch(() => undefined);
	const text = await Promise.race([words, silence()]);
	if (!text) return `${name} · ${room}`;
	const params = { name, room };
	return text.replace(/\{(\w+)\}/g, (_, param) => shown(params[param]));
}

/** A room has one note at a time, whether its page or the server sends it. */
async function showNote({ room, title, name, text: body }) {
	const isLobby = room === "lobby" || room === "";
	const path = isLobby ? BASE : `${BASE}r/${encodeURIComponent(room)}`;
	const note = { body, tag: `plume ${path}`, renotify: true };
	const icon = `${BASE}static/icon-192.png`;
	const from = title ? await titleOf(name, title) : name;
	const data = { room: room || "lobby", path };
	await registration.showNotification(from, { ...note, icon, data });
}
addEventListener("push", (event) =>
	event.waitUntil(showNote(event.data.json())),
);

/** A click on a note leads to its room, in a page that is there or in a new one. */
async function goTo({ room, path }) {
	const pages = await clients.matchAll({ type: "window" });
	const page = pages.find(({ url }) => isPage(new URL(url).pathname));
	if (!page) return clients.openWindow(path);
	page.postMessage({ room });
	return page.focus();
}

addEventListener("notificationclick", (event) => {
	event.notification.close();
	event.waitUntil(goTo(event.notification.data));
});
