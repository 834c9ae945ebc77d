import { fnv1a, formulaValues, type ImageGeometry, type MaskPrediction, type Size } from '@seg/core';
import { type InstanceList, instances, panopticMap, type SegmentMap, semanticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import type { TapResult } from './compare-tap.ts';

type Runs = [value: number, count: number][];
type GoldenInstance = { category: number; score: number; area: number; bitsFnv1a: number };

/** Outputs of published inference rules on predictions made by formula: `golden-post-1`. */
export type PostGolden = {
  numClasses: number;
  things: number[];
  lowSize: Size;
  paddedSize: Size;
  imageSize: Size;
  originalSize: Size;
  thresholds: { topkPerImage: number };
  queries: [category: number, strength: number, cx: number, cy: number, rx: number, ry: number, height: number][];
  semantic: { map: Runs };
  semanticScoresResizedLast: { map: Runs };
  panoptic: Record<string, { map: Runs }>;
  instance: Record<string, { items: GoldenInstance[] }>;
};

/** Pixels of a map that may differ: scores at a border can tie within rounding. */
const ALLOWED_PIXELS = 2;

const PANOPTIC_OPTIONS: Record<
  string,
  { rule: 'mask2former' | 'maskformer'; scoreThreshold?: number; overlapThreshold?: number }
> = {
  panoptic_mask2former: { rule: 'mask2former' },
  panoptic_mask2former_threshold_0: { rule: 'mask2former', scoreThreshold: 0 },
  panoptic_maskformer: { rule: 'maskformer' },
  'panoptic_maskformer_threshold_0.7_overlap_0.5': { rule: 'maskformer', scoreThreshold: 0.7, overlapThreshold: 0.5 },
};

/** Compares decoded segments with a golden file, until `onResult` says no. */
export async function verifyPostprocess(golden: PostGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  const prediction = formulaPrediction(golden);
  try {
    for await (const result of checks(golden, prediction)) if (!onResult(result)) return;
  } finally {
    tf.dispose(prediction);
  }
}

async function* checks(golden: PostGolden, prediction: MaskPrediction): AsyncGenerator<TapResult> {
  const geometry: ImageGeometry = {
    originalSize: golden.originalSize,
    resizedSize: golden.imageSize,
    paddedSize: golden.paddedSize,
  };
  const things = new Set(golden.things);
  const semantic = await semanticMap(prediction, geometry, { things });
  yield mapCheck('semantic, masks first', classMap(semantic), golden.semantic.map);
  const last = await semanticMap(prediction, geometry, { things, rule: 'scores-last' });
  yield mapCheck('semantic, scores last', classMap(last), golden.semanticScoresResizedLast.map);
  for (const [name, { map }] of Object.entries(golden.panoptic)) {
    const { ids } = await panopticMap(prediction, geometry, { things, ...PANOPTIC_OPTIONS[name] });
    yield mapCheck(name, ids, map);
  }
  for (const [name, { items }] of Object.entries(golden.instance)) {
    const only = name.includes('things') ? things : undefined;
    const list = await instances(prediction, geometry, { things: only, topK: golden.thresholds.topkPerImage });
    yield instanceCheck(name, list, items);
  }
}

/** A class each, and a paraboloid of a mask, both with noise from the formula: the file's `construction`. */
function formulaPrediction({ queries, numClasses, lowSize: [height, width] }: PostGolden): MaskPrediction {
  const logits = formulaValues('pred_logits', [queries.length, numClasses + 1], 0, 0.5);
  const masks = formulaValues('pred_masks', [queries.length, height, width], 0, 0.5);
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

function mapCheck(name: string, ids: Int32Array, runs: Runs): TapResult {
  const expected = runs.flatMap(([value, count]) => new Array<number>(count).fill(value));
  const absolute = expected.reduce((differing, value, i) => differing + (ids[i] === value ? 0 : 1), 0);
  return {
    name,
    absolute,
    relative: absolute / expected.length,
    allowed: ALLOWED_PIXELS,
    ok: absolute <= ALLOWED_PIXELS,
  };
}

/** Classes, areas and every bit of the masks must be equal; scores are compared in float32. */
function instanceCheck(name: string, { instances: found }: InstanceList, items: GoldenInstance[]): TapResult {
  const ours = found.map(({ category, mask }) => `${category} ${mask.area} ${fnv1a(mask.bits)}`);
  const same = ours.join() === items.map(({ category, area, bitsFnv1a }) => `${category} ${area} ${bitsFnv1a}`).join();
  const absolute = Math.max(...items.map(({ score }, i) => Math.abs((found[i]?.score ?? 0) - score)));
  const allowed = 3e-6; // float32 sums over masks of 2565 pixels: 2565 · 2⁻²⁴ / √2565
  return {
    name,
    absolute,
    relative: absolute,
    allowed,
    ok: same && absolute <= allowed,
    note: same ? undefined : 'other masks',
  };
}
