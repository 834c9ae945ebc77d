import type * as tf from '@tensorflow/tfjs-core';

import type { KernelCall } from './record-kernels.ts';

/** Kernels that move numbers or look at them, and compute none. */
const MOVES = new Set([
  ...['Cast', 'Concat', 'ExpandDims', 'GatherV2', 'Identity', 'Pack', 'PadV2', 'Reshape', 'ResizeNearestNeighbor'],
  ...[
    'Reverse',
    'ScatterNd',
    'Slice',
    'SplitV',
    'StridedSlice',
    'Tile',
    'Transpose',
    'Unpack',
    'ZerosLike',
    'OnesLike',
    'Fill',
  ],
]);

/** Kernels that go once over all of their input. */
const REDUCTIONS = new Set(['ArgMax', 'Max', 'Mean', 'Min', 'Prod', 'SegSumRows', 'Sum', 'TopK']);

/**
 * Counts the floating point operations of a kernel call: of products and convolutions multiplications and additions, the
 * direct way, and of everything else one for each number that comes out.
 */
export function operationsOf({ kernel, inputs, attrs, outputs }: KernelCall): number {
  const size = outputs.reduce((sum, output) => sum + output.size, 0);
  if (MOVES.has(kernel)) return 0;
  if (REDUCTIONS.has(kernel)) return Object.values(inputs)[0].size;
  return 2 * size * (multiplicationsPerNumber(kernel, inputs, attrs) ?? 0.5);
}

/** @returns undefined of kernels that are no products */
function multiplicationsPerNumber(
  kernel: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Readonly<Record<string, unknown>>,
): number | undefined {
  const taps = (filter: tf.Tensor, sides: number): number => filter.shape.slice(0, sides).reduce((a, b) => a * b, 1);
  switch (kernel) {
    case 'BatchMatMul':
      return inputs.a.shape.at(attrs.transposeA === true ? -2 : -1)!;
    case 'SegLinear':
    case 'SegFusedLinear':
    case 'SegPositionedLinear':
      return inputs.x.shape.at(-1)!;
    case 'SegLinearNorm':
      return inputs.x.shape.at(-1)! / (inputs.nextVectors ? 2 : 1); // two results of one product
    case 'SegSummedConv':
      return inputs.x.shape[3]! + inputs.skipped.shape[3]!;
    case 'SegConv2D':
    case 'SegScaledConv2D':
      return taps(inputs.filter, 3); // [kh, kw, in, out]
    case 'DepthwiseConv2dNative':
      return taps(inputs.filter, 2); // [kh, kw, C, 1]
    case 'SegAttention':
    case 'SegAttentionOfParts':
      return 2 * inputs.key.shape[1]!; // logits and their sum, over [B, L, h, d]
    case 'SegAxialAttention': {
      const [length, channels] = [inputs.packed.shape[attrs.axis as 1 | 2]!, inputs.packed.shape[3]!];
      const keyDim = attrs.keyDim as number;
      return length * ((3 * keyDim) / (channels - 2 * keyDim) + 2); // q·k, q·r, k·r; values and their positions
    }
    case 'SegOffsetSampling':
      return (4 * inputs.logits.shape[2]!) / inputs.value.shape[2]!; // corners of L · P samples of each of M heads
    case 'SegOffsetSamplingOfParts':
      return 4 * (attrs.levels as unknown[]).length * (attrs.numPoints as number);
    case 'SegDeformableSampling':
      return (4 * taps(inputs.weights, 5)) / taps(inputs.weights, 3); // corners of L · P samples, [B, Q, M, L, P]
    default:
      return undefined;
  }
}
