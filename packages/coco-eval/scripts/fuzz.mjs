// Feeds random and mutated RLE strings, polygons, JSON and PNGs to the built package. Everything must give an answer
// that holds together, or an error that says what was expected; none may hang.
//
//   node packages/coco-eval/scripts/fuzz.mjs [--count 1000000] [--seed 1]

import { parseArgs } from 'node:util';
import { deflateSync, inflateSync } from 'node:zlib';
import * as eval_ from '../dist/index.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
let state = Number(values.seed) | 0;

/** Mulberry32, 0 ≤ x < 1. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);

const NASTY = [
  null,
  true,
  -1,
  0,
  0.5,
  1e12,
  2 ** 31,
  2 ** 53,
  NaN,
  Infinity,
  '',
  'x',
  [],
  {},
  [[]],
  [null],
  '__proto__',
];

function mutateText(text) {
  const bytes = Buffer.from(text, 'latin1');
  for (let k = below(4); k >= 0 && bytes.length > 0; k--)
    bytes[below(bytes.length)] = below(4) === 0 ? below(256) : 48 + below(64);
  const cut = below(6) === 0 ? below(bytes.length + 1) : bytes.length;
  return bytes.subarray(0, cut).toString('latin1');
}

/** Replaces, removes or repeats somewhere inside. */
function mutateJson(value) {
  const places = [];
  (function walk(node) {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      walk(node[key]);
    }
  })(value);
  for (let k = below(3); k >= 0 && places.length > 0; k--) {
    const [node, key] = pick(places);
    const action = below(4);
    if (action === 0) delete node[key];
    else if (action === 1 && typeof node[key] === 'string') node[key] = mutateText(node[key]);
    else if (action === 2 && typeof node[key] === 'number') node[key] += pick([1, -1, 0.5, 1e9, -1e9]);
    else node[key] = structuredClone(pick(NASTY));
  }
  return value;
}

const mask = (height, width) =>
  eval_.encodeRle(Uint8Array.from(times(height * width, () => Number(random() < 0.4))), height, width);

function holds(condition, what) {
  if (!condition) throw new Error(`WRONG ANSWER: ${what}`);
}

function rleCase() {
  const [height, width] = [1 + below(12), 1 + below(12)];
  const good = eval_.formatRle(mask(height, width));
  if (below(3) === 0) return checkRle({ size: good.size, counts: runsOf(height * width) });
  const text =
    below(3) === 0 ? String.fromCharCode(...times(below(20), () => 40 + below(80))) : mutateText(good.counts);
  return checkRle(mutateSize({ size: good.size, counts: text }));
}

/** Runs that add up, many of them empty. */
function runsOf(total) {
  const runs = [];
  for (let left = total; left > 0; left -= runs.at(-1)) runs.push(below(3) === 0 ? 0 : 1 + below(left));
  return runs;
}

function checkRle(stored) {
  const rle = eval_.parseRle(stored);
  const pixels = eval_.decodeRle(rle);
  holds(pixels.length === rle.height * rle.width, 'pixels are not of the size');
  holds(pixels.reduce((a, b) => a + b, 0) === eval_.rleArea(rle), 'area is not the count of pixels');
  const other = mask(rle.height, rle.width);
  const iou = eval_.maskIou([rle], [other], [below(2)])[0];
  holds(iou >= 0 && iou <= 1, `IoU ${iou}`);
  const union = eval_.rleArea(eval_.mergeRles([rle, other], 'union'));
  const common = eval_.rleArea(eval_.mergeRles([rle, other], 'intersection'));
  holds(union + common === eval_.rleArea(rle) + eval_.rleArea(other), 'union and intersection do not add up');
  eval_.boundaryOf(rle);
}

function mutateSize(rle) {
  if (below(8) === 0)
    rle.size = pick([[0, 0], [1e9, 1e9], [rle.size[1], rle.size[0]], [-1, 5], ['3', 4], [2.5, 2], null, [NaN, 1]]);
  return rle;
}

function polygonCase() {
  const [height, width] = [1 + below(40), 1 + below(40)];
  const wild = below(4) === 0;
  const corners = times(below(14), () =>
    wild && below(4) === 0 ? pick([NaN, Infinity, -1e300, 1e12, 4e8, -3e8, 1e-300]) : random() * 80 - 20,
  );
  const rle = eval_.polygonToRle(corners, height, width);
  holds(eval_.decodeRle(rle).length === height * width, 'polygon is not of the size');
}

const polygon = (x, y, w, h) => [[x, y, x + w, y, x + w, y + h, x, y + h]];

function detectionInput() {
  const images = times(2, (_, k) => ({ id: k + 1, height: 20, width: 20 }));
  const categories = [
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ];
  const place = () => ({ image_id: 1 + below(2), category_id: 1 + below(2) });
  const annotations = times(3, (_, k) => {
    const bbox = [below(10), below(10), 1 + below(9), 1 + below(9)];
    const segmentation = below(2) ? polygon(...bbox) : eval_.formatRle(mask(20, 20));
    return { id: k + 1, ...place(), bbox, area: bbox[2] * bbox[3], iscrowd: Number(below(4) === 0), segmentation };
  });
  const results = times(4, () => {
    const shape = below(2) ? { bbox: [below(10), below(10), 1 + below(9), 1 + below(9)] } : {};
    return { ...place(), score: random(), segmentation: eval_.formatRle(mask(20, 20)), ...shape };
  });
  return { groundTruth: { images, categories, annotations }, results };
}

function detectionCase() {
  const { groundTruth, results } = mutateJson(detectionInput());
  const options = {
    iouType: pick(['segm', 'bbox', 'boundary']),
    rules: below(6) === 0 ? 'lvis' : 'coco',
    allowEmpty: true,
  };
  eval_.checkDetections(groundTruth, results, options); // never throws
  const result = eval_.evaluateDetections(groundTruth, results, options);
  for (const value of result.precision) holds(value >= -1 && value <= 1, `precision ${value}`);
  for (const { value } of eval_.summarizeDetections(result)) holds(value >= -1 && value <= 1, `average ${value}`);
}

const CRC = times(256, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function chunk(type, body) {
  const tagged = Buffer.concat([Buffer.from(type), body]);
  let crc = 0xffffffff;
  for (const byte of tagged) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(~crc >>> 0);
  return Buffer.concat([length, tagged, sum]);
}

const inflate = (data, length) => inflateSync(data, { maxOutputLength: length + 1 });

/** Half are damaged before the checksums are made, so that the damage is read. */
function pngCase() {
  const [width, height] = [1 + below(8), 1 + below(8)];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(below(8) === 0 ? pick([0, 2 ** 31, 4e9, width + 1]) : width, 0);
  header.writeUInt32BE(height, 4);
  header.set(below(8) === 0 ? times(5, () => below(20)) : [8, pick([0, 2, 3, 6]), 0, 0, 0], 8);
  const bytes = { 0: 1, 2: 3, 3: 1, 6: 4 }[header[9]] ?? 1;
  const rows = Buffer.from(times(height * (1 + width * (below(6) === 0 ? 2 : bytes)), () => below(5)));
  const body = deflateSync(rows);
  if (below(4) === 0) body[below(body.length)] ^= 1 << below(8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))];
  if (below(6) === 0) chunks.splice(below(3), 1);
  const file = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...chunks]);
  if (below(6) === 0) file[below(file.length)] = below(256);
  const read = pick([eval_.readPanopticPng, eval_.readLabelPng, eval_.decodePng]);
  const image = read(below(6) === 0 ? file.subarray(0, below(file.length)) : file, inflate);
  const pixels = image.labels ?? image.samples ?? image.toIds();
  holds(pixels.length >= image.width * image.height, 'pixels are missing');
}

function panopticCase() {
  const ids = () => times(12, () => below(4));
  const segments = () =>
    times(below(5), () => ({ id: below(4), category_id: 1 + below(2), iscrowd: below(2), area: below(12) }));
  const input = {
    groundTruth: { ids: ids(), segments: segments() },
    prediction: { ids: ids(), segments: segments() },
    height: 3,
    width: 4,
  };
  if (below(2))
    input.prediction.segments = [...new Set(input.prediction.ids)]
      .filter(Boolean)
      .map((id) => ({ id, category_id: 1 + below(2) }));
  const iouType = pick(['mask', 'boundary']);
  const quality = new eval_.PanopticQuality({
    categories: [
      { id: 1, isthing: 1 },
      { id: 2, isthing: 0 },
    ],
    iouType,
  });
  quality.add(below(3) === 0 ? mutateJson(input) : input);
  const { all } = quality.result();
  holds(!Number.isNaN(all.pq), 'PQ is NaN');
}

const CASES = { rle: rleCase, polygon: polygonCase, detection: detectionCase, png: pngCase, panoptic: panopticCase };
const names = ['rle', 'rle', 'rle', 'polygon', 'png', 'png', 'panoptic', 'detection'];
const tally = Object.fromEntries(Object.keys(CASES).map((name) => [name, { answers: 0, errors: 0 }]));
let failures = 0;
let slowest = 0;
for (let k = 0; k < count; k++) {
  const name = pick(names);
  const before = state;
  const start = performance.now();
  try {
    CASES[name]();
    tally[name].answers++;
  } catch (error) {
    tally[name].errors++;
    if (!/expected/.test(error.message) || error.message.startsWith('WRONG')) {
      if (failures++ < 20) console.log(`${name}, seed ${before}: ${error.stack.split('\n').slice(0, 4).join(' | ')}`);
    }
  }
  slowest = Math.max(slowest, performance.now() - start);
}
console.table(tally);
console.log(`${count} cases from seed ${values.seed}: ${failures} failures, slowest ${slowest.toFixed(0)} ms`);
process.exitCode = failures === 0 ? 0 : 1;
