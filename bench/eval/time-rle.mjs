// Rates of RLE encoding and decoding beside copying memory: node time-rle.mjs
import { decodeRle, encodeRle, formatCounts, parseCounts } from '@seg/coco-eval';
import { readArguments } from '../arguments.mjs';

readArguments(import.meta.url, {});

const [height, width] = [480, 640];
/** A disk with a hole, as much outline as an object has. */
const mask = Uint8Array.from({ length: height * width }, (_, p) => {
  const radius = Math.hypot((p % width) - 300, Math.floor(p / width) - 240);
  return radius < 180 && radius > 40 ? 1 : 0;
});
const columnMajor = Uint8Array.from(mask, (_, p) => mask[(p % height) * width + Math.floor(p / height)]);
const rle = encodeRle(mask, height, width);
const text = formatCounts(rle.counts);
const target = new Uint8Array(mask.length);

function rate(name, bytes, run) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    for (let k = 0; k < 50; k++) run();
    best = Math.min(best, (performance.now() - start) / 50);
  }
  return { name, ms: best, GBs: bytes / best / 1e6 };
}

const rows = [
  rate('copy', mask.length, () => target.set(mask)),
  rate('encode row-major', mask.length, () => encodeRle(mask, height, width)),
  rate('encode column-major', mask.length, () => encodeRle(columnMajor, height, width, 'column-major')),
  rate('decode row-major', mask.length, () => decodeRle(rle)),
  rate('decode column-major', mask.length, () => decodeRle(rle, 'column-major')),
  rate('string of runs', text.length, () => formatCounts(rle.counts)),
  rate('runs of string', text.length, () => parseCounts(text)),
];
for (const { name, ms, GBs } of rows) {
  console.log(
    `${name.padEnd(20)} ${ms.toFixed(4)} ms  ${GBs.toFixed(2)} GB/s  ${(rows[0].ms / ms).toFixed(3)} of copying`,
  );
}
