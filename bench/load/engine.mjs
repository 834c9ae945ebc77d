// From a folder to the first result in a process of its own: node engine.mjs BACKEND FOLDER. Prints seconds and megabytes.
import { useBackend } from '@seg/core';
import { Segmenter } from '@seg/models';

const [backend, folder] = process.argv.slice(2);
await useBackend(backend);
const [width, height] = [640, 480];
const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7919) % 251);
const begin = performance.now();
const segmenter = await Segmenter.load(folder);
const loaded = performance.now();
const megabytes = process.resourceUsage().maxRSS / 1024;
await segmenter.segment({ width, height, data });
const done = performance.now();
const most = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ load: (loaded - begin) / 1000, result: (done - begin) / 1000, megabytes, most }));
process.exit(0); // threads of WebAssembly would keep it
