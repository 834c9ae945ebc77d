import { segmentOnce } from './segment.js';

segmentOnce(new URL('/model/', location.origin).href).then(
  (result) => postMessage(result),
  (error) => postMessage({ error: String(error) }),
);
