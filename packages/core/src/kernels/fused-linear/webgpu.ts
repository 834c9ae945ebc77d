import type { KernelBody } from '../define-kernel.ts';
import { linearInTiles } from '../webgpu/linear-tiles.ts';
import { isProductFused } from './fused-linear.ts';
import type { Attrs, Inputs } from './types.ts';

/** Bias, residual and function are applied on the way out of the product. */
export const fusedLinearWebgpu: KernelBody<Inputs, Attrs> = (inputs, { activation }, backend) =>
  isProductFused(inputs.weight) ? linearInTiles(backend, { ...inputs, activation }) : null;
