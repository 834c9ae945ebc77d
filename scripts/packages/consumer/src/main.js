import { segmentOnce } from './segment.js';

globalThis.result = segmentOnce(new URL('/model/', location.origin).href);
globalThis.result.catch((error) => console.error(error));
