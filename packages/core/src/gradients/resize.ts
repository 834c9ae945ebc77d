import type * as tf from '@tensorflow/tfjs-core';
import { resizeGradient } from '../kernels/resize/gradient.ts';
import { bilinearTable, type Centers, nearestTable, type ResizeTable } from '../kernels/resize/interpolation.ts';
import { type Attributes, fromInput, type Gradient } from './gradient.ts';

/** Derivatives of tfjs's resizes, along the samples that the forward pass takes. */
export const resizeGradients: Gradient[] = [
  fromInput('ResizeBilinear', (dy, x, attrs) => alongTables(dy, x, attrs, bilinearTable), 'images'),
  fromInput('ResizeNearestNeighbor', (dy, x, attrs) => alongTables(dy, x, attrs, nearestTable), 'images'),
];

function alongTables(
  dy: tf.Tensor,
  x: tf.Tensor,
  { alignCorners, halfPixelCenters }: Attributes,
  table: (from: number, to: number, centers: Centers) => ResizeTable,
): tf.Tensor4D {
  const centers = alignCorners ? 'corners' : halfPixelCenters ? 'half-pixel' : 'origin';
  const [rows, columns] = [1, 2].map((axis) => table(x.shape[axis]!, dy.shape[axis]!, centers));
  return resizeGradient(dy as tf.Tensor4D, rows, columns);
}
