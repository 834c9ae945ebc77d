import { onEveryBackend } from '@seg/testing';
import { test } from 'vitest';

import { checkGolden } from './check-golden.ts';

/** Comparisons of decoding that a forward file gives beside its taps. */
const DECODING = 11;

onEveryBackend(
  'SOLO at published size; minutes on cpu',
  (backend) => {
    test.each([
      ['solo_r50_fpn', 31],
      ['decoupled_solo_r50_fpn', 41],
      ['solov2_r50_fpn', 27],
    ])(
      '%s: every tap within ten times its noise, and the same instances',
      { timeout: 600_000 }, // on webgpu in software
      (name, taps) => checkGolden(name, backend, taps + DECODING),
    );
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend('a training step of a tiny SOLO head', (backend) => {
  test.each([
    ['loss_solo_tiny', 9 + 1 + 10 + 3 + 25],
    ['loss_decoupled_tiny', 9 + 1 + 15 + 3 + 33],
    ['loss_solov2_tiny', 9 + 1 + 11 + 3 + 33],
  ])('%s: assignment, predictions, losses and gradients within ten times their noise', (name, taps) =>
    checkGolden(name, backend, taps),
  );
});
