import * as tf from '@tensorflow/tfjs-core';

import type { RegistryName } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import type { Repair } from './repair.ts';

/** Values that reductions begin with, which are all that there is of nothing: as in NumPy, and in PyTorch's sums and means. */
const BEGINNINGS = {
  ...{ Sum: 0, Prod: 1, Any: 0, All: 1, Mean: Number.NaN, ArgMax: 0, ArgMin: 0 },
  ...{ Max: Number.NEGATIVE_INFINITY, Min: Number.POSITIVE_INFINITY },
};

/** Reductions of nothing were what lay in the heap on wasm; on cpu, means were 0 and extremes undefined; elsewhere errors. */
export const reductionsOfNothing: Repair[] = (['cpu', 'wasm', 'webgpu', 'tensorflow'] as const).flatMap((backendName) =>
  Object.entries(BEGINNINGS).map(([kernelName, value]) => beginning(kernelName, backendName, value)),
);

function beginning(kernelName: string, backendName: RegistryName, value: number): Repair {
  return {
    kernelName,
    backendName,
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      if (!x.shape.includes(0)) return original!.kernelFunc(args);
      const attrs = args.attrs as { axis?: number | number[]; reductionIndices?: number | number[]; keepDims: boolean };
      const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices)!, x.shape);
      const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
      const shape = attrs.keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
      const dtype = typeOf(kernelName, x.dtype);
      return tf.tensor(new Array(sizeFromShape(shape)).fill(nearest(value, dtype)), shape, dtype);
    },
  };
}

function typeOf(kernelName: string, dtype: tf.DataType): tf.DataType {
  if (kernelName === 'Mean') return 'float32';
  if (kernelName.startsWith('Arg')) return 'int32';
  return dtype === 'bool' && (kernelName === 'Sum' || kernelName === 'Prod') ? 'int32' : dtype;
}

/** The value of a type. */
function nearest(value: number, dtype: tf.DataType): number {
  if (dtype === 'bool') return value > 0 ? 1 : 0;
  return dtype === 'int32' ? Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1) : value;
}
