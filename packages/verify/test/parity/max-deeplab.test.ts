import { onEveryBackend } from '@seg/testing';
import { test } from 'vitest';

import { checkGolden } from './check-golden.ts';

onEveryBackend(
  'MaX-DeepLab-S at published size; minutes on cpu',
  (backend) => {
    test(
      'max_deeplab_s: every tap within ten times its noise, and the published panoptic maps',
      { timeout: 600_000 }, // on webgpu in software
      () => checkGolden('max_deeplab_s', backend, 59 + 3),
    );
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend(
  'MaX-DeepLab-L at published size; only where its 450 million parameters have room',
  (backend) => {
    test(
      'max_deeplab_l: every tap within ten times its noise, and the published panoptic maps',
      { timeout: 600_000 },
      () => checkGolden('max_deeplab_l', backend, 128 + 3),
    );
  },
  { only: ['wasm', 'node'] },
);

onEveryBackend('Losses of MaX-DeepLab', (backend) => {
  test('max_deeplab-losses: assignments, terms and gradients within ten times their noise, for 6, 8 and 12 slots', () =>
    checkGolden('max_deeplab-losses', backend, 3 * (1 + 6 + 5)));
});
