import { ParamStore, releaseMemory, type Size } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { buildModel, PRESETS } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';
import { countOnGpu } from './webgpu-counts.ts';

/** Photographs of six shapes as the recipes see them: a shortest side of 800, a longest of 1333 at most, in steps of 32. */
const RATIOS: Size[] = [
  [800, 1344],
  [800, 800],
  [800, 1088],
  [800, 1216],
  [1088, 800],
  [1344, 800],
];

/** Sides of 64 to 480 in steps of 32: 14 × 14 shapes, and four more. */
const SIDES = Array.from({ length: 14 }, (_, i) => 64 + 32 * i);
const SIZES: Size[] = [
  ...SIDES.flatMap((height) => SIDES.map((width): Size => [height, width])),
  ...[512, 544, 576, 608].map((width): Size => [64, width]),
];

const allocated = () =>
  (tf.backend() as unknown as { bufferManager: { numBytesAllocated: number } }).bufferManager.numBytesAllocated;

/** Bytes of all buffers, used and free, behind a pass over an image of each size. */
function bytesBehind(model: ReturnType<typeof buildModel>, sizes: readonly Size[]): number[] {
  return sizes.map((size) => {
    countOnGpu(() => tf.tidy(() => void model.forward(tf.zeros([1, ...size, 3]))));
    return allocated();
  });
}

onEveryBackend(
  'memory of WebGPU; nothing is computed',
  () => {
    test('six shapes of Mask2Former-R50 at 800 take less than twice what the largest needs; dispose gives it back', () => {
      const model = buildModel(new ParamStore('zeros'), PRESETS['mask2former-r50-coco-panoptic'].config);
      const [largest, ...others] = bytesBehind(model, RATIOS);
      expect(largest).toBeLessThan(2e9);
      expect(Math.max(...others)).toBeLessThan(2 * largest);
      model.dispose();
      releaseMemory(); // as `Segmenter.dispose` does
      expect(allocated()).toBeLessThan(0.1 * largest);
    });

    test('two hundred sizes take less than twice what the largest needs', () => {
      const model = buildModel(new ParamStore('zeros'), TINY_DESCRIPTIONS.mask2former.config);
      expect(SIZES).toHaveLength(200);
      const taken = bytesBehind(model, [SIZES[195], ...SIZES]); // 480 × 480 first
      expect(Math.max(...taken)).toBeLessThan(2 * taken[0]);
      model.dispose();
    });
  },
  { only: ['webgpu'] },
);
