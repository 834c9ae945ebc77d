import type { KernelBody } from '../define-kernel.ts';
import { isProductFused } from '../fused-linear/fused-linear.ts';
import { linearInTiles } from '../webgpu/linear-tiles.ts';
import type { Attrs, Inputs } from './types.ts';

/** The position is added on the way into the product. */
export const positionedLinearWebgpu: KernelBody<Inputs, Attrs> = (inputs, { columns }, backend) => {
  if (!isProductFused(inputs.weight) || columns % 4 !== 0) return null;
  return linearInTiles(backend, { ...inputs, positioned: columns, activation: 'linear' });
};
