import { onEveryBackend } from '@seg/testing';
import { test } from 'vitest';

import { checkGolden } from './check-golden.ts';

const SIZES = { only: ['wasm', 'node', 'webgpu'] } as const; // minutes on cpu

onEveryBackend(
  'Mask2Former at published size',
  (backend) => {
    test.each([
      ['mask2former_r50', 55],
      ['mask2former_swin_t', 55],
      ['mask2former_r50_original_keys', 43],
    ])('%s: every tap within ten times its noise', (name, taps) => checkGolden(name, backend, taps));
  },
  SIZES,
);

onEveryBackend(
  'MaskFormer at published size',
  (backend) => {
    test.each([
      ['maskformer_r50', 34],
      ['maskformer_swin_t', 34],
    ])('%s: every tap within ten times its noise', (name, taps) => checkGolden(name, backend, taps));
  },
  SIZES,
);

onEveryBackend('a training step of a tiny model', (backend) => {
  test.each([
    ['loss_mask2former_tiny', 8 + 4 + 13 + 28],
    ['loss_maskformer_tiny', 6 + 3 + 10 + 23],
  ])('%s: predictions, assignments, losses and gradients within ten times their noise', (name, taps) =>
    checkGolden(name, backend, taps),
  );
});

onEveryBackend('post-processing', (backend) => {
  test('postprocess_mask_classification: the published maps and instances', () =>
    checkGolden('postprocess_mask_classification', backend, 8));
});
