import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { movedBoxes, movedBoxesReference } from './moved-boxes.ts';

const attrs = { margin: 1e-5 };

function bodyCase(title: string, shape: [number, number, number]): BodyCase {
  return {
    title: `movedBoxes beside ${title}`,
    run: () => {
      const reference = tf.clipByValue(tf.add(random(shape, 1), 0.5), 0, 1) as tf.Tensor3D; // some at 0, some at 1
      const inputs = { moved: random([2, 7, 4], 2) as tf.Tensor3D, reference };
      return { fast: [movedBoxes(inputs, attrs)], plain: [movedBoxesReference(inputs, attrs)] };
    },
  };
}

checkOps([
  {
    title: 'movedBoxes',
    shapes: [[2, 3, 4], [2, 3, 4]],
    f: (moved, x) => movedBoxes({ moved: moved as tf.Tensor3D, reference: tf.sigmoid(x) as tf.Tensor3D }, attrs),
  },
]); // biome-ignore format: shapes in a line

checkBodies([
  bodyCase('the same points for all', [1, 7, 2]),
  bodyCase('points', [2, 7, 2]),
  bodyCase('boxes', [2, 7, 4]),
]);
