import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { assignCells } from '../src/criteria/solo-assignment.ts';
import {
  matchLocations,
  matchThingMasks,
  PANOPTIC_SEGFORMER_LOSS,
  type PanopticTargets,
  panopticGrid,
  panopticSegFormerLoss,
  panopticSegFormerTerms,
  SOLO_LOSS,
  SOLO_MASK_TERMS,
  type SoloLossConfig,
  soloLoss,
  soloTerms,
} from '../src/index.ts';
import { instanceDiscrimination } from '../src/terms/instance-discrimination.ts';
import { semanticCrossEntropy } from '../src/terms/semantic-cross-entropy.ts';

const HEIGHT = 1e4;

/** Logits of ±1e4 by turns. */
const turns = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 2 === 0 ? HEIGHT : -HEIGHT)),
    shape,
  );

/** Value of a loss, whose gradients have to be finite. */
async function lossOf(loss: (...xs: tf.Tensor[]) => tf.Scalar, inputs: tf.Tensor[]): Promise<number> {
  const { value, grads } = tf.valueAndGrads(loss)(inputs);
  const [found, ...slopes] = await Promise.all([value, ...grads].map((tensor) => tensor.data()));
  for (const slope of slopes) expect(slope.every(Number.isFinite)).toBe(true);
  tf.dispose([value, ...grads]);
  return found[0];
}

/** −¼(1 − p)² ln p of a class that is there, −¾ p² ln(1 − p) of another, in doubles. */
function focal(logit: number, isThere: boolean): number {
  const x = isThere ? logit : -logit;
  const ofOther = 1 / (1 + Math.exp(x)); // 1 − p of what is right
  const entropy = x > 0 ? Math.log1p(Math.exp(-x)) : -x + Math.log1p(Math.exp(x));
  return (isThere ? 0.25 : 0.75) * ofOther ** 2 * entropy;
}

const [GRID, CLASSES, SIDE] = [4, 2, 64];

function soloTargets(hasObject: boolean) {
  const masks = tf.buffer([hasObject ? 1 : 0, SIDE, SIDE]);
  if (hasObject) for (let y = 20; y < 44; y++) for (let x = 20; x < 44; x++) masks.set(1, 0, y, x);
  return { classes: new Int32Array(hasObject ? 1 : 0), masks: masks.toTensor() as tf.Tensor3D };
}

onEveryBackend('criteria of SOLO, Panoptic SegFormer and MaX-DeepLab at ±1e4', () => {
  test.each(
    Object.keys(SOLO_MASK_TERMS).flatMap((kind) => [true, false].map((hasObject) => [kind, hasObject] as const)),
  )('SOLO with masks by %s, an object: %s', async (kind, hasObject) => {
    const mask = SOLO_MASK_TERMS[kind as keyof typeof SOLO_MASK_TERMS];
    const config: SoloLossConfig = { ...SOLO_LOSS, grids: [GRID], scaleRanges: [[1, 100]], mask };
    const targets = [soloTargets(hasObject)];
    const assignment = await assignCells(targets, config);
    const { cells } = assignment[0][0];
    const logits = turns([1, GRID, GRID, CLASSES]) as tf.Tensor4D;
    const masks = turns([1, 16, 16, Math.max(1, cells.length)]) as tf.Tensor4D;
    const termsOf = (...[categories, all]: tf.Tensor[]) => {
      const cellMaskLogits = () => all as tf.Tensor4D;
      return soloTerms({ categoryLogits: [categories as tf.Tensor4D], cellMaskLogits }, targets, assignment, config);
    };
    const value = await lossOf((...xs) => soloLoss(termsOf(...xs), config), hasObject ? [logits, masks] : [logits]);
    expect(value).toBeGreaterThan(0);
    expect(Number.isFinite(value)).toBe(true);
    const there = new Set(cells);
    const isThere = (i: number) => i % CLASSES === 0 && there.has(Math.floor(i / CLASSES));
    const sum = Array.from(await logits.data()).reduce((total, logit, i) => total + focal(logit, isThere(i)), 0);
    const category = tf.tidy(() => termsOf(logits, masks).category);
    expect((await category.data())[0] / (sum / (there.size + 1))).toBeCloseTo(1, 5);
  });

  test.each([
    ['things and stuff', [0, 1], [1]],
    ['things alone', [2], []],
    ['stuff alone', [], [0]],
    ['nothing', [], []],
  ] as [string, number[], number[]][])('Panoptic SegFormer with %s', async (_, things, stuff) => {
    const ones = (classes: number[]) => ({ classes: Int32Array.from(classes), masks: tf.ones<tf.Rank.R3>([classes.length, 24, 32]) }); // biome-ignore format: one object
    const wanted: PanopticTargets[] = [
      { things: { ...ones(things), boxes: tf.fill([things.length, 4], 0.5) }, stuff: ones(stuff) },
      { things: { ...ones([]), boxes: tf.zeros([0, 4]) }, stuff: ones([]) },
    ];
    const filtered = Math.max(1, things.length);
    const inputs = [
      turns([2, 5, 3]),
      tf.randomUniform([2, 5, 4], 0.1, 0.9, 'float32', 2),
      turns([2, 3, 4, filtered]),
      turns([2, 3, 4, 2]),
      turns([2, 2]),
    ];
    const outputsOf = ([classLogits, boxes, thingMasks, stuffMasks, stuffLogits]: tf.Tensor[]) => ({
      locations: [{ classLogits: classLogits as tf.Tensor3D, boxes: boxes as tf.Tensor3D }],
      thingMasks: [thingMasks as tf.Tensor4D],
      stuffMasks: [stuffMasks as tf.Tensor4D],
      stuffLogits: [stuffLogits as tf.Tensor2D],
    });
    const found = outputsOf(inputs);
    const locations = await matchLocations(found.locations, wanted, PANOPTIC_SEGFORMER_LOSS);
    const masks = await matchThingMasks(
      found.locations[0],
      locations[0],
      found.thingMasks[0],
      wanted,
      PANOPTIC_SEGFORMER_LOSS,
    );
    const value = await lossOf((...xs) => {
      const terms = panopticSegFormerTerms(outputsOf(xs), wanted, { locations, masks }, PANOPTIC_SEGFORMER_LOSS);
      return panopticSegFormerLoss(terms);
    }, inputs);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(value)).toBe(true);
  });

  test('auxiliary terms of MaX-DeepLab', async () => {
    const [side, map] = [8, 4];
    const masks = tf.concat([tf.ones([1, side, side / 2]), tf.zeros([1, side, side / 2])], 2) as tf.Tensor3D;
    const grid = panopticGrid({ classes: new Int32Array(1), masks }, { things: new Set([0]), stride: side / map });
    const features = turns([map * map, 4]);
    const instance = await lossOf((x) => instanceDiscrimination(x as tf.Tensor2D, grid, 0.3), [features]);
    expect(Number.isFinite(instance)).toBe(true);
    const logits = turns([map * map, 3]) as tf.Tensor2D;
    const semantic = await lossOf((x) => semanticCrossEntropy(x as tf.Tensor2D, grid), [logits]);
    const [values, classes, weights] = await Promise.all([logits, grid.semantic, grid.weights].map((x) => x.data()));
    const entropies = Array.from(classes, (own, pixel) => {
      const row = Array.from(values.subarray(3 * pixel, 3 * pixel + 3));
      const most = Math.max(...row);
      return most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0)) - row[own];
    });
    const counted = entropies.map((entropy, pixel) => (classes[pixel] === 0 ? 0 : entropy * weights[pixel])).filter((x) => x !== 0); // biome-ignore format: one step
    expect(semantic / (counted.reduce((a, b) => a + b, 0) / counted.length)).toBeCloseTo(1, 5);
  });
});
