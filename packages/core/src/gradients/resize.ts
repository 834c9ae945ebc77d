import * as tf from '@tensorflow/tfjs-core';

import { bilinearWeights, nearestWeights } from '../kernels/interpolation.ts';
import { resizeByMatrices } from '../kernels/resize-by-matrices.ts';
import { fromInput, type Gradient } from './gradient.ts';

/**
 * Derivatives of tfjs's resizes. Both are linear and separable: if Y = R_h X R_wᵀ then dX = R_hᵀ dY R_w, with the
 * matrices that the forward pass samples by.
 */
export const resizeGradients: Gradient[] = [
  fromInput(
    'ResizeBilinear',
    (dy, x, { alignCorners, halfPixelCenters }) => {
      const centers = alignCorners ? 'corners' : halfPixelCenters ? 'half-pixel' : 'origin';
      const [height, width] = [bilinearWeights(x.shape[1]!, dy.shape[1]!, centers), bilinearWeights(x.shape[2]!, dy.shape[2]!, centers)];
      return resizeByMatrices(dy as tf.Tensor4D, height.transposed(), width.transposed());
    },
    'images',
  ),
  fromInput(
    'ResizeNearestNeighbor',
    (dy, x, { alignCorners, halfPixelCenters }) => {
      const centers = alignCorners ? 'corners' : halfPixelCenters ? 'half-pixel' : 'origin';
      const [height, width] = [nearestWeights(x.shape[1]!, dy.shape[1]!, centers), nearestWeights(x.shape[2]!, dy.shape[2]!, centers)];
      return resizeByMatrices(dy as tf.Tensor4D, height.transposed(), width.transposed());
    },
    'images',
  ),
];
