import type * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import {
  columnMoments,
  columnMomentsReference,
  normalizeColumns,
  normalizeGradientReference,
  normalizeReference,
  normalizeSumsReference,
} from './batch-norm.ts';

const EPSILON = 1e-3;

function normalized(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  const rows = x as tf.Tensor2D;
  return normalizeColumns(rows, columnMoments(rows), { gain, bias, epsilon: EPSILON, overRanks: (x) => x });
}

function bodyCase(rows: number, channels: number): BodyCase {
  return {
    title: `normalizeColumns of [${rows}, ${channels}]`,
    run: () => {
      const [x, dy] = [random([rows, channels], 1, 3), random([rows, channels], 2)];
      const [gain, bias] = [random([channels], 3), random([channels], 4)];
      const moments = columnMomentsReference({ x }) as [tf.Tensor1D, tf.Tensor1D];
      const inputs = { x, mean: moments[0], variance: moments[1] };
      const [alongSum, dySum] = normalizeSumsReference({ ...inputs, dy }, { epsilon: EPSILON }) as tf.Tensor[];
      const gradient = { ...inputs, dy, gain, alongSum: alongSum!, dySum: dySum! };
      return {
        fast: [
          ...columnMoments(x as tf.Tensor2D),
          normalized(x, gain, bias),
          ...pulled(normalized, [x, gain, bias], dy),
        ],
        plain: [
          ...[...moments, normalizeReference({ ...inputs, gain, bias }, { epsilon: EPSILON })],
          ...[normalizeGradientReference(gradient, { epsilon: EPSILON }), alongSum!, dySum!],
        ],
      };
    },
    tolerance: 5e-5,
  };
}

checkOps([{ title: 'normalizeColumns', shapes: [[11, 6], [6], [6]], f: normalized }]);

// one chunk of rows, several, and several of which the last is empty
checkBodies([bodyCase(61, 7), bodyCase(701, 5), bodyCase(16700, 3)]);
