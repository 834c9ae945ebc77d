import { FormatError } from '@seg/checkpoint/safetensors';
import { fnv1a, formulaValues, type ImageGeometry, type MaskPrediction } from '@seg/core';
import { type InstanceList, instances, panopticMap, type SegmentMap, semanticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import { compareMap } from '../compare/compare-map.ts';
import { compareList } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import { goldenKind } from '../golden/golden.ts';
import {
  countSchema,
  noiseSchema,
  numberSchema,
  runsSchema,
  saltSchema,
  sideSchema,
  sizeSchema,
} from '../golden/schemas.ts';

const positive = v.pipe(numberSchema, v.gtValue(0));
const mapSchema = v.object({ map: runsSchema });

const instancesSchema = v.object({
  items: v.array(v.object({ category: countSchema, score: numberSchema, area: countSchema, bitsFnv1a: numberSchema })),
  scoreNoise: noiseSchema,
});

const schema = v.object({
  salt: saltSchema,
  numClasses: sideSchema,
  things: v.array(countSchema),
  lowSize: sizeSchema,
  paddedSize: sizeSchema,
  imageSize: sizeSchema,
  originalSize: sizeSchema,
  thresholds: v.object({ objectMask: noiseSchema, overlap: noiseSchema, topkPerImage: sideSchema }),
  /** [class, strength, cx, cy, rx, ry, height] */
  queries: v.pipe(
    v.array(v.tuple([countSchema, numberSchema, numberSchema, numberSchema, positive, positive, numberSchema])),
    v.minLength(1),
  ),
  semantic: mapSchema,
  semanticScoresResizedLast: mapSchema,
  panoptic: v.record(v.string(), mapSchema),
  instance: v.record(v.string(), instancesSchema),
});

type MapsGolden = v.InferOutput<typeof schema>;

/** Outputs of published inference rules on predictions made by formula. */
export const MASK_CLASSIFICATION_MAP_GOLDENS = [goldenKind('golden-post-1', undefined, schema, verifyMaps)];

async function* verifyMaps(golden: MapsGolden, where: string): AsyncGenerator<TapResult> {
  const wrong = golden.queries.find(([category]) => category > golden.numClasses);
  if (wrong) throw new FormatError(`${where}: expected classes to ${golden.numClasses} in queries, got ${wrong[0]}`);
  const prediction = formulaPrediction(golden);
  try {
    yield* checks(golden, where, prediction);
  } finally {
    tf.dispose(prediction);
  }
}

async function* checks(golden: MapsGolden, where: string, prediction: MaskPrediction): AsyncGenerator<TapResult> {
  const geometry: ImageGeometry = {
    originalSize: golden.originalSize,
    resizedSize: golden.imageSize,
    paddedSize: golden.paddedSize,
  };
  const things = new Set(golden.things);
  const semantic = await semanticMap(prediction, geometry, { things });
  yield compareMap('semantic, masks first', classMap(semantic), golden.semantic.map);
  const last = await semanticMap(prediction, geometry, { things, rule: 'scores-last' });
  yield compareMap('semantic, scores last', classMap(last), golden.semanticScoresResizedLast.map);
  for (const [name, { map }] of Object.entries(golden.panoptic)) {
    const options = panopticOptions(where, name, golden.thresholds);
    yield compareMap(name, (await panopticMap(prediction, geometry, { things, ...options })).ids, map);
  }
  for (const [name, expected] of Object.entries(golden.instance)) {
    const options = { things: instanceThings(where, name, things), topK: golden.thresholds.topkPerImage };
    yield compareInstances(name, await instances(prediction, geometry, options), expected);
  }
}

/** A rule and thresholds by the name of a run: `panoptic_maskformer_threshold_0.7_overlap_0.5`. */
function panopticOptions(where: string, name: string, { objectMask, overlap }: MapsGolden['thresholds']) {
  const pattern = /^panoptic_(mask2former|maskformer)(?:_threshold_([\d.]+))?(?:_overlap_([\d.]+))?$/;
  const [, rule, threshold = objectMask, share = overlap] = pattern.exec(name) ?? [];
  if (rule !== 'mask2former' && rule !== 'maskformer') {
    const expected = 'panoptic_mask2former or panoptic_maskformer, with _threshold_T and _overlap_T';
    throw new FormatError(`${where}: expected runs named ${expected}, got ${JSON.stringify(name)}`);
  }
  return { rule, scoreThreshold: Number(threshold), overlapThreshold: Number(share) } as const;
}

function instanceThings(where: string, name: string, things: ReadonlySet<number>): ReadonlySet<number> | undefined {
  if (name === 'instance_things_only') return things;
  if (name === 'instance_all_classes') return undefined;
  const expected = 'instance_things_only or instance_all_classes';
  throw new FormatError(`${where}: expected runs named ${expected}, got ${JSON.stringify(name)}`);
}

/** A class each, and a paraboloid of a mask, both with noise from the formula: the file's `construction`. */
function formulaPrediction({ queries, numClasses, lowSize: [height, width], salt }: MapsGolden): MaskPrediction {
  const logits = formulaValues('pred_logits', [queries.length, numClasses + 1], 0, 0.5, salt);
  const masks = formulaValues('pred_masks', [queries.length, height, width], 0, 0.5, salt);
  for (const [q, [category, strength, cx, cy, rx, ry, peak]] of queries.entries()) {
    logits[q * (numClasses + 1) + category] += strength;
    for (let i = 0; i < height * width; i++) {
      const [dx, dy] = [((i % width) - cx) / rx, (Math.floor(i / width) - cy) / ry];
      masks[q * height * width + i] += Math.max(peak * (1 - (dx * dx + dy * dy)), -8);
    }
  }
  return {
    classLogits: tf.tensor3d(logits, [1, queries.length, numClasses + 1]),
    maskLogits: tf.tidy(() => tf.transpose(tf.tensor4d(masks, [1, queries.length, height, width]), [0, 2, 3, 1])),
  };
}

function classMap({ ids }: SegmentMap): Int32Array {
  return ids.map((id) => id - 1);
}

/** Classes, areas and every bit of the masks must be equal, in the order of the scores. */
function compareInstances(
  name: string,
  { instances: found }: InstanceList,
  { items, scoreNoise }: v.InferOutput<typeof instancesSchema>,
): TapResult {
  const ours = found.map(({ category, mask }) => `${category} ${mask.area} ${fnv1a(mask.bits)}`);
  const same = ours.join() === items.map(({ category, area, bitsFnv1a }) => `${category} ${area} ${bitsFnv1a}`).join();
  const scores = compareList(
    name,
    found.map(({ score }) => score),
    items.map(({ score }) => score),
    { noise: scoreNoise },
  );
  return same ? scores : { ...scores, ok: false, note: 'other masks' };
}
