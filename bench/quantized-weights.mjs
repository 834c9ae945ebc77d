// Cost of smaller weights: PQ of the shipped model on generated scenes, and how far its segments move from those of the
// weights as shipped. `node bench/quantized-weights.mjs [COUNT]`
import { readFileSync } from 'node:fs';
import { bytesOf, openSafetensors, roundedSource, writeSafetensors } from '@seg/checkpoint';
import { PanopticQuality } from '@seg/coco-eval';
import { ParamStore, useBackend } from '@seg/core';
import { toCocoCategories } from '@seg/data';
import { buildModel, Segmenter } from '@seg/models';
import { scene } from '../examples/scenes/scenes.mjs';
import { readArguments, count as wholeNumber } from './arguments.mjs';

const { positionals } = readArguments(import.meta.url, {}, { places: { COUNT: wholeNumber() } });
const count = Number(positionals[0] ?? 200);
const at = (file) => new URL(`../examples/mask2former/model/${file}`, import.meta.url);
const { config, categories, preprocessing, inference } = JSON.parse(readFileSync(at('config.json'), 'utf8'));
const shipped = openSafetensors(bytesOf('model.safetensors', readFileSync(at('model.safetensors'))));

console.log((await useBackend('wasm')).description);
const segmenters = Object.fromEntries(
  ['float32', 'float16', 'int8'].map((precision) => [precision, segmenterOf(precision)]),
);
const reference = [];
const classes = new WeakMap();
for (const [precision, segmenter] of Object.entries(segmenters)) {
  const { quality, overlap, moved } = await measure(segmenter);
  const all = quality.result().all;
  const size = writeSafetensors(tensorsOf(shipped), { precision }).length;
  console.log(
    `${precision.padEnd(8)} ${(size / 1e6).toFixed(2)} MB  PQ ${(100 * all.pq).toFixed(2)}  mask IoU ${overlap.toFixed(4)}  pixels that change ${(100 * moved).toFixed(2)} %`,
  );
}

function segmenterOf(precision) {
  const model = buildModel(new ParamStore(roundedSource(shipped, precision)), config);
  return new Segmenter({ model, categories, preprocessing, inference });
}

function tensorsOf(source) {
  return new Map([...source.keys()].map((key) => [key, source.read(key)]));
}

async function measure(segmenter) {
  const quality = new PanopticQuality({ categories: toCocoCategories(categories) });
  let [changed, pixels] = [0, 0];
  const overlaps = [];
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene('testing', index, 128);
    const map = await segmenter.segment(image);
    const found = map.segments.map(({ id, category }) => ({ id, category_id: categories[category].id }));
    quality.add({ groundTruth: { ids: panoptic, segments }, prediction: { ids: map.ids, segments: found } });
    reference[index] ??= map;
    overlaps.push(...bestOverlaps(reference[index], map));
    pixels += map.ids.length;
    changed += classesOf(map).reduce((sum, name, i) => sum + (name === classesOf(reference[index])[i] ? 0 : 1), 0);
  }
  return { quality, overlap: mean(overlaps), moved: changed / pixels };
}

/** Of each segment of a reference the greatest IoU that a segment of its class has with it; 0 where there is none. */
function bestOverlaps(reference, map) {
  return reference.segments.map((segment) => {
    const same = map.segments.filter(({ category }) => category === segment.category);
    return Math.max(0, ...same.map((other) => iou(reference.ids, segment.id, map.ids, other.id)));
  });
}

function iou(a, idA, b, idB) {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] === idA, b[i] === idB];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return both / either;
}

function classesOf(map) {
  if (!classes.has(map)) {
    const byId = new Map(map.segments.map(({ id, category }) => [id, category]));
    classes.set(
      map,
      Array.from(map.ids, (id) => byId.get(id) ?? -1),
    );
  }
  return classes.get(map);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
