import { onEveryBackend } from '@seg/testing';
import { test } from 'vitest';

import { checkGolden } from './check-golden.ts';

onEveryBackend(
  'MaX-DeepLab-S at published size; minutes on cpu',
  (backend) => {
    test('max_deeplab_s: every tap within ten times its noise', () => checkGolden('max_deeplab_s', backend, 59));
  },
  { only: ['wasm', 'node', 'webgpu'] },
);
