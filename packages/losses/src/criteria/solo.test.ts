import { expectClose, expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { sigmoidFocal } from '../terms/sigmoid-focal-loss.ts';
import { squaredDiceDistance } from '../terms/squared-dice-distance.ts';
import {
  assignedMasks,
  SOLO_LOSS,
  SOLO_MASK_TERMS,
  SOLOV2_LOSS,
  type SoloLossConfig,
  soloLoss,
  soloTerms,
} from './solo.ts';
import { assignCells } from './solo-assignment.ts';

type Box = [x: number, y: number, width: number, height: number, label: number];

/** Filled rectangles on an image. */
function rectangles([height, width]: [number, number], boxes: Box[]) {
  const masks = tf.buffer([boxes.length, height, width]);
  for (const [k, [left, top, w, h]] of boxes.entries()) {
    for (let y = top; y < top + h; y++) for (let x = left; x < left + w; x++) masks.set(1, k, y, x);
  }
  return { classes: Int32Array.from(boxes, ([, , , , label]) => label), masks: masks.toTensor() as tf.Tensor3D };
}

/** The cells of a level by object, as `row,column`. */
function placesOf({ cells, objects }: { cells: Int32Array; objects: Int32Array }, grid: number) {
  const places: Record<number, string> = {};
  for (const [k, object] of objects.entries()) {
    places[object] = `${places[object] ?? ''} ${Math.floor(cells[k] / grid)},${cells[k] % grid}`.trim();
  }
  return places;
}

const BOXES: Box[] = [
  [40, 30, 70, 60, 3],
  [100, 60, 120, 100, 7],
  [96, 56, 128, 112, 9],
  [10, 200, 9, 9, 11],
  [80, 40, 180, 170, 20],
];

onEveryBackend('Assignment of SOLO', () => {
  // Run with solo_target_single of WXinlong/SOLO f4cd03b on an image of 256 × 320.
  test('objects take up to 3 × 3 cells around their center on the levels of their size, later ones over earlier', async () => {
    const targets = rectangles([256, 320], BOXES);
    const [levels] = await assignCells([targets], SOLO_LOSS);
    expect(placesOf(levels[0], 40)).toEqual({ 0: '8,8 8,9 8,10 9,8 9,9 9,10 10,8 10,9 10,10', 3: '31,1 32,1' });
    expect(placesOf(levels[1], 36)).toEqual({
      0: '7,7 7,8 7,9 8,7 8,8 8,9 9,7 9,8 9,9',
      2: '14,16 14,17 14,18 15,16 15,17 15,18 16,16 16,17',
      4: '16,18 16,19 16,20 17,18 17,19 17,20 18,18 18,19 18,20',
    });
    expect(placesOf(levels[2], 24)).toEqual({
      2: '9,11 9,12',
      4: '10,11 10,12 10,13 11,11 11,12 11,13 12,11 12,12 12,13',
    });
    expect([levels[3].cells.length, levels[4].cells.length]).toEqual([0, 0]);
    targets.masks.dispose();
  });

  test('SOLOv2 keeps every pair of object and cell: 36 in 26 cells, and 21 in 11', async () => {
    const targets = rectangles([256, 320], BOXES);
    const [levels] = await assignCells([targets], SOLOV2_LOSS);
    expect([levels[1].cells.length, new Set(levels[1].cells).size]).toEqual([36, 26]);
    expect([levels[2].cells.length, new Set(levels[2].cells).size]).toEqual([21, 11]);
    targets.masks.dispose();
  });

  // Run with mmcv.imrescale on 8-bit masks, OpenCV 5.0.
  test('masks shrink as 8-bit masks do in OpenCV: a pixel half covered is inside', async () => {
    const targets = rectangles([256, 320], BOXES);
    const sums = async (objects: number[], size: [number, number]) => {
      const assigned = { cells: new Int32Array(objects.length), objects: Int32Array.from(objects) };
      const areas = tf.tidy(() => tf.sum(assignedMasks(targets.masks, assigned, size), [1, 2]));
      const values = Array.from(await areas.data());
      areas.dispose();
      return values;
    };
    expect(await sums([0, 1, 2, 3, 4], [64, 80])).toEqual([286, 750, 896, 6, 1935]);
    expect(await sums([2, 4], [32, 40])).toEqual([224, 483]);
    targets.masks.dispose();
  });

  test('an object in the middle of an image is where the published weights learned it: cell 20 of 40', async () => {
    // centers at (256, 128) = (0.5, 0.5) of 512 × 256; PyTorch 1.13 and later would give cell 19
    const targets = rectangles([256, 512], [[252, 124, 9, 9, 0]]);
    const [levels] = await assignCells([targets], { ...SOLO_LOSS, centerRatio: 0 });
    expect(placesOf(levels[0], 40)).toEqual({ 0: '20,20' });
    targets.masks.dispose();
  });

  test('empty masks and images without objects are assigned nowhere', async () => {
    const [empty, none] = [rectangles([64, 64], [[0, 0, 0, 0, 1]]), rectangles([64, 64], [])];
    const assignment = await assignCells([empty, none], SOLO_LOSS);
    expect(assignment.flat().every(({ cells }) => cells.length === 0)).toBe(true);
    tf.dispose([empty.masks, none.masks]);
  });
});

onEveryBackend('Losses of SOLO', () => {
  // Run with dice_loss of WXinlong/SOLO f4cd03b.
  test('the squared Dice distance is that of the original code', async () => {
    const distance = tf.tidy(() =>
      squaredDiceDistance(tf.tensor3d([2, -1, 0.5, -3], [1, 2, 2]), tf.tensor3d([1, 0, 1, 1], [1, 2, 2])),
    );
    await expectClose(distance, [0.268518], { absolute: 1e-6 });
    distance.dispose();
  });

  test('the squared Dice distance has the gradient of its formula', async () => {
    const truth = tf.tensor3d([1, 0, 1, 1, 0, 0, 1, 0], [2, 2, 2]);
    const logits = tf.randomNormal([2, 2, 2], 0, 1, 'float32', 3);
    await expectGradient((x) => tf.sum(squaredDiceDistance(x as tf.Tensor3D, truth)), logits);
    tf.dispose([truth, logits]);
  });

  // Summed by hand in doubles; py_sigmoid_focal_loss of WXinlong/SOLO f4cd03b gives 1.3689.
  test('the focal sum over cells and classes is −¼(1 − p)² ln p where the class is, −¾ p² ln(1 − p) elsewhere', async () => {
    const sum = tf.tidy(() => {
      const logits = tf.tensor2d([0, -2, 1, -4.595, 0.5, -1], [2, 3]);
      return tf.sum(sigmoidFocal(logits, tf.tensor2d([0, 1, 0, 0, 0, 0], [2, 3])));
    });
    await expectClose(sum, [1.3689388666], { absolute: 1e-6 });
    sum.dispose();
  });

  const config: SoloLossConfig = { ...SOLO_LOSS, grids: [4], scaleRanges: [[1, 100]] };
  const step = async (boxes: Box[], settings: SoloLossConfig, masks: (cells: number) => tf.Tensor4D) => {
    const targets = rectangles([64, 64], boxes);
    const assignment = await assignCells([targets], settings);
    const terms = tf.tidy(() => {
      const categoryLogits = [tf.fill<tf.Rank.R4>([1, 4, 4, 2], -4)];
      const inputs = { categoryLogits, cellMaskLogits: (_: unknown, cells: Int32Array) => masks(cells.length) };
      const { category, mask } = soloTerms(inputs, [targets], assignment, settings);
      return { category, mask, total: soloLoss({ category, mask }, settings) };
    });
    const [category, mask, total] = await Promise.all(
      [terms.category, terms.mask, terms.total].map(async (term) => (await term.data())[0]),
    );
    tf.dispose([terms, targets.masks]);
    return { category, mask, total };
  };

  test('without objects the mask term is zero and the category term still pushes all cells down', async () => {
    const { category, mask, total } = await step([], config, () => tf.zeros([1, 16, 16, 1]));
    expect(mask).toBe(0);
    const p = 1 / (1 + Math.exp(4));
    expect(category).toBeCloseTo(-32 * 0.75 * p * p * Math.log(1 - p), 8);
    expect(total).toBeCloseTo(category, 8);
  });

  test.each([
    ['dice', 3],
    ['crossEntropy', 10],
    ['focal', 20],
  ] as const)('%s: a perfect mask costs nothing, a wrong one something, weighted by %d', async (kind, weight) => {
    const settings = { ...config, mask: SOLO_MASK_TERMS[kind] };
    const box: Box = [16, 16, 32, 32, 1];
    const square = (height: number) => (cells: number) =>
      tf.tidy(() => {
        const inside = tf.pad(tf.ones([8, 8]), [
          [4, 4],
          [4, 4],
        ]);
        const logits = tf.mul(tf.sub(inside, 0.5), height);
        return tf.tile(tf.reshape(logits, [1, 16, 16, 1]), [1, 1, 1, cells]) as tf.Tensor4D;
      });
    expect((await step([box], settings, square(40))).mask).toBeLessThan(1e-4);
    const wrong = await step([box], settings, square(-40));
    expect(wrong.mask).toBeGreaterThan(0.9);
    expect(wrong.total).toBeCloseTo(wrong.category + weight * wrong.mask, 4);
  });
});
