import type * as tf from '@tensorflow/tfjs-core';

import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { turnedFilter, turnedFilterReference } from './turned-filter.ts';

checkBodies([
  {
    title: 'turnedFilter',
    run: () => {
      const filter = random([3, 2, 5, 6], 3) as tf.Tensor4D;
      return { fast: [turnedFilter(filter)], plain: [turnedFilterReference({ filter })] };
    },
    tolerance: 2e-5,
  },
]);
