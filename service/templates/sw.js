// Keeps the shell for times without signal, and nothing else: no page about anybody is ever kept.
const KEPT = {{ kept|tojson }};
const NAME = 'shilu-{{ version }}';
const fill = async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: 'reload' })));
};
addEventListener('install', (event) => { skipWaiting(); event.waitUntil(fill()); });
addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await clients.claim();
})()));
addEventListener('fetch', (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(async () => await caches.match('/offline') ?? Response.error()));
  } else if (KEPT.includes(url.pathname)) {
    event.respondWith((async () => await caches.match(url.pathname) ?? fetch(request))());
  }
});
