import { onEveryBackend } from '@seg/testing';
import { test } from 'vitest';

import { checkGolden } from './check-golden.ts';

const SIZES = { only: ['wasm', 'node', 'webgpu'] } as const; // minutes on cpu

onEveryBackend(
  'Backbones of Panoptic SegFormer at published size',
  (backend) => {
    test.each([
      ['pvtv2_b2', 25],
      ['swin_l', 39],
    ])('%s: every tap within ten times its noise', (name, taps) => checkGolden(name, backend, taps));
  },
  SIZES,
);

onEveryBackend(
  'Panoptic SegFormer at published size',
  (backend) => {
    test('panoptic_segformer_r50: every tap within ten times its noise, and the same detections and panoptic map', () =>
      checkGolden('panoptic_segformer_r50', backend, 81 + 5));
  },
  SIZES,
);

onEveryBackend('Mask-wise merging', (backend) => {
  test('panoptic_segformer-merge: the same pairs, order of masks and panoptic map', () =>
    checkGolden('panoptic_segformer-merge', backend, 6));
});

onEveryBackend("Panoptic SegFormer's losses", (backend) => {
  test('panoptic_segformer-losses: both matchings, terms and gradients within ten times their noise', () =>
    checkGolden('panoptic_segformer-losses', backend, 4 + 18 + 5));
});
