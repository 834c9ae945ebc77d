import * as tf from '@tensorflow/tfjs-core';

import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { reluGradient, reluGradientReference } from './relu-gradient.ts';

checkBodies([
  {
    title: 'reluGradient',
    run: () => {
      const [dy, y] = [random([701, 7], 1), tf.relu(random([701, 7], 2))];
      return { fast: [reluGradient(dy, y)], plain: [reluGradientReference({ dy, y })] };
    },
    tolerance: 2e-5,
  },
]);
