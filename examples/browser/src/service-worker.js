// Answers from the cache and fetches anew behind it: a second visit works without a network.
const CACHE = 'seg-page';

addEventListener('install', (event) => event.waitUntil(skipWaiting()));
addEventListener('activate', (event) => event.waitUntil(takeOver()));

/** Pages that were there before the first worker have fetched past it: what they have is fetched once more, mostly from the disk. */
async function takeOver() {
  await clients.claim();
  const cache = await caches.open(CACHE);
  await cache.addAll([
    './',
    'page.js',
    'page.css',
    'worker.js',
    'draw-worker.js',
    'icon.svg',
    'page.webmanifest',
    ...self.SCRIPTS,
  ]);
}

/** Scripts of the page and the worker; written by the build. */
self.SCRIPTS = [];

addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = new URL(request.url).origin === location.origin;
  if (request.method === 'GET' && isOwn && !request.headers.has('range')) event.respondWith(answer(event));
});

async function answer(event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(event.request, { ignoreSearch: true });
  const fetching = fetch(event.request).then((response) => {
    // beside the answer, whose bytes the page counts as they come
    if (response.ok) event.waitUntil(cache.put(event.request, response.clone()).catch(() => {}));
    return response;
  });
  if (kept === undefined) return fetching;
  event.waitUntil(fetching.catch(() => {})); // the next visit has what is new
  return kept;
}
