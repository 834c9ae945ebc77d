// Answers from the cache: a second visit works without a network. What never changes under its name is fetched once, all else
// anew behind the answer.
const CACHE = 'seg-page';

/** Scripts of the page and the worker; written by the build. */
self.SCRIPTS = [];

/** Changes with the models of the page; written by the build. */
self.MODELS = '';

/** Models are megabytes, and are kept until the build has others. */
const MODEL_CACHE = `seg-models-${self.MODELS}`;
const MODEL_FILE = /\/(config\.json|[^/]+\.safetensors(\.index\.json)?)$/;

/** The build names scripts by a hash of their content. */
const HASHED_SCRIPT = /-[A-Z0-9]{8}\.js$/;

addEventListener('install', (event) => event.waitUntil(skipWaiting()));
addEventListener('activate', (event) => event.waitUntil(takeOver().catch((error) => tell('this page', error))));

/** Pages that were there before the first worker have fetched past it: what they have is fetched once more, mostly from the disk. */
async function takeOver() {
  await clients.claim();
  for (const name of await caches.keys()) {
    if (name.startsWith('seg-models-') && name !== MODEL_CACHE) await caches.delete(name);
  }
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

addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = new URL(request.url).origin === location.origin;
  if (request.method === 'GET' && isOwn && !request.headers.has('range')) event.respondWith(answer(event));
});

async function answer(event) {
  const { pathname } = new URL(event.request.url);
  const isModel = MODEL_FILE.test(pathname);
  const cache = await caches.open(isModel ? MODEL_CACHE : CACHE);
  const kept = await cache.match(event.request, { ignoreSearch: true });
  if (kept !== undefined && (isModel || HASHED_SCRIPT.test(pathname))) return kept;
  const fetching = fetch(event.request).then((response) => {
    // beside the answer, whose bytes the page counts as they come
    if (response.ok)
      event.waitUntil(cache.put(event.request, response.clone()).catch((error) => tell(pathname, error)));
    return response;
  });
  if (kept === undefined) return fetching;
  event.waitUntil(fetching.catch(() => {})); // the next visit has what is new
  return kept;
}

/** Tells the pages what the next visit will lack: storage may be full. */
async function tell(pathname, { name, message }) {
  for (const page of await clients.matchAll()) page.postMessage({ notKept: pathname, reason: message || name });
}
