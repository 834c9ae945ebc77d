import { init, ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { buildModel, PRESETS } from '../src/systems/systems.ts';

const MEBIBYTE = 2 ** 20;

function heapBytes(): number {
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return wasm.HEAPU8.buffer.byteLength;
}

// 817 MiB before weights were packed once and the originals dropped
test('a pass of Mask2Former-R50 over 512 × 512 stays within 450 MiB of the heap, and another takes no more', async () => {
  await useBackend('wasm', { threads: 2 });
  init.seedInitializers(1);
  const model = buildModel(new ParamStore(), PRESETS['mask2former-r50-coco-panoptic'].config);
  const pass = () => {
    const pixels = tf.zeros<tf.Rank.R4>([1, 512, 512, 3]);
    tf.dispose([pixels, model.forward(pixels) as tf.TensorContainer]);
  };
  pass();
  const first = heapBytes();
  expect(first / MEBIBYTE).toBeLessThan(450);
  pass();
  expect(heapBytes()).toBe(first);
});
