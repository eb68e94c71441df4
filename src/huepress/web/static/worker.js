// The service worker: the page of this server can be installed, and says in its own words when the server
// is not there. It answers for this origin's page and its files, and for nothing else: pictures and the
// API always go to the server.

const CACHE = "huepress-1";
const isShell = (url) =>
  url.origin === self.location.origin && (["/", "/study"].includes(url.pathname) || url.pathname.startsWith("/static/"));

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) =>
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && isShell(url)) event.respondWith(freshOrKept(event.request, url));
});

// The server first: what it sends is always what it is. Settings in the address are the page's matter.
async function freshOrKept(request, url) {
  const cache = await caches.open(CACHE);
  const key = url.origin + url.pathname;
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}
