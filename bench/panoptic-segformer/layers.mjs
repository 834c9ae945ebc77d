// What fewer layers of the mask decoders cost and save. Quality: the example's model on its test scenes. Time: the
// published ResNet-50 on one image, in turn, least of the rounds.
//   node bench/panoptic-segformer/layers.mjs TRAINING.safetensors [--scenes 200] [--size 512] [--rounds 5] [--backend wasm]
import { readFileSync } from 'node:fs';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { PanopticQuality } from '@seg/coco-eval';
import { ParamStore, useBackend } from '@seg/core';
import { toCocoCategories } from '@seg/data';
import { mergeCandidates, PANOPTIC_SEGFORMER_PRESETS, PanopticSegFormer } from '@seg/models';
import { maskWiseMerge } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import { CONFIG } from '../../examples/panoptic-segformer/config.mjs';
import { TRAINING } from '../../examples/scenes/recipe.mjs';
import { CATEGORIES, normalized, scene, THINGS } from '../../examples/scenes/scenes.mjs';
import { BACKENDS, count, oneOf, readArguments, text } from '../arguments.mjs';

const { values, positionals } = readArguments(
  import.meta.url,
  { scenes: count('200'), size: count('512'), rounds: count('5'), backend: oneOf(BACKENDS, 'wasm') },
  {
    places: { TRAINING: text() },
    also: (_, files) => (files.length === 1 ? undefined : `expected one TRAINING.safetensors, got ${files.length}`),
  },
);
const { description } = await useBackend(values.backend);
console.log(description);
await quality(positionals[0]);
await time();

/** Layers that can be asked for: each block, then all with the tail. */
function choices({ numThingBlocks, numStuffBlocks }) {
  const blocks = Math.max(numThingBlocks, numStuffBlocks);
  return [...Array.from({ length: blocks }, (_, i) => i + 1), undefined];
}

async function quality(file) {
  const params = new ParamStore(openSafetensors(bytesOf(file, readFileSync(file))));
  const model = new PanopticSegFormer(params, CONFIG);
  for (const maskLayers of choices(CONFIG)) {
    const { all, things, stuff } = await panopticQuality(model, maskLayers);
    const parts = [all, things, stuff].map(({ pq }) => (100 * pq).toFixed(1));
    console.log(`${name(maskLayers)}  PQ ${parts[0]}  things ${parts[1]}  stuff ${parts[2]}`);
  }
  model.dispose();
}

async function panopticQuality(model, maskLayers) {
  const found = new PanopticQuality({ categories: toCocoCategories(CATEGORIES) });
  const size = [TRAINING.size, TRAINING.size];
  const geometry = { originalSize: size, resizedSize: size, paddedSize: size };
  for (let index = 0; index < Number(values.scenes); index++) {
    const { image, panoptic, segments } = scene('testing', index, TRAINING.size);
    const pixels = normalized([image]);
    const prediction = model.forward(pixels, { maskLayers });
    const candidates = await mergeCandidates(prediction, CONFIG.numThingClasses);
    const map = await maskWiseMerge(candidates, geometry, { things: THINGS });
    tf.dispose([pixels, prediction]);
    const predicted = map.segments.map(({ id, category }) => ({ id, category_id: CATEGORIES[category].id }));
    found.add({ groundTruth: { ids: panoptic, segments }, prediction: { ids: map.ids, segments: predicted } });
  }
  return found.result();
}

async function time() {
  const preset = PANOPTIC_SEGFORMER_PRESETS['coco-panoptic-r50'];
  const model = new PanopticSegFormer(new ParamStore(), preset);
  const side = Number(values.size);
  const pixels = tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 1);
  const best = new Map();
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const maskLayers of choices(preset)) {
      const started = performance.now();
      const prediction = model.forward(pixels, { maskLayers });
      await Promise.all([prediction.things.masks.data(), prediction.stuff.masks.data()]);
      tf.dispose(prediction);
      const seconds = (performance.now() - started) / 1000;
      if (round >= 0) best.set(maskLayers, Math.min(seconds, best.get(maskLayers) ?? Number.POSITIVE_INFINITY));
    }
  }
  const whole = best.get(undefined);
  for (const [maskLayers, seconds] of best) {
    console.log(`${name(maskLayers)}  ${seconds.toFixed(2)} s, ${(seconds / whole).toFixed(2)} of all`);
  }
}

function name(maskLayers) {
  return maskLayers === undefined ? 'all' : `${maskLayers}`.padEnd(3);
}
