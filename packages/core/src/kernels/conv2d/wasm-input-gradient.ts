import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import type { Padding2D } from '../map-layout.ts';
import { turnedFilter } from './turned-filter.ts';
import type { GradientAttrs, InputGradientInputs } from './types.ts';
import { winogradWasm } from './winograd.ts';

/** The gradient in the input is a convolution of the output's gradient with the turned filter: Winograd's, for 3×3. */
export const inputGradientWasm: KernelBody<InputGradientInputs, GradientAttrs> = (
  { dy, filter },
  { strides, padding, dilation, shape },
  backend,
) => {
  const [height, width] = filter.shape;
  if (Math.max(...strides, dilation) > 1 || height !== 3 || width !== 3) return null;
  if (padding.flat().some((side) => side > 2)) return null;
  const turned = turnedFilter(filter);
  const reach = padding.map(([before, after]) => [2 - before, 2 - after]) as Padding2D;
  const attrs = { strides, padding: reach, dilation, activation: 'linear' } as const;
  const dx = winogradWasm({ x: dy, filter: turned }, attrs, backend);
  turned.dispose();
  return dx === null ? null : { ...(dx as tf.TensorInfo), shape };
};
