import type { Size } from '../../outputs.ts';
import type { ShapesOf } from '../define-kernel.ts';

// biome-ignore lint/suspicious/noExplicitAny: attributes and inputs of every kernel
type Any = any;

/** A vector for the channels, beside others. */
const C = ['C'];

/**
 * Shapes of kernels that have bodies on WebGPU alone. Elsewhere their plain ops refuse or broadcast; a shader reads what lies there. Of
 * the others the definitions say them.
 */
export const WEBGPU_SHAPES: Readonly<Record<string, (attrs: Any) => ShapesOf<Any>>> = {
  SegAttentionOfParts: () => ({
    ...{ query: ['B', 'N', 'q'], key: ['B', 'L', 'k'], value: ['B', 'L', 'v'], bias: ['1|B', '1|h', '1|N', '1|L'] },
    ...{ regions: ['W', 'N', 'L'], maskProducts: ['B', 'N', 'L'], maskQueries: ['B', 'N', 'E'], maskConstants: ['E'] },
  }),
  SegAxialAttention: ({ numHeads }) => ({
    ...{ packed: ['B', 'H', 'W', 'all'], queryTable: ['R', 'd'], keyTable: ['R', 'd'], valueTable: ['R', 'v'] },
    ...{ similarityScale: [3, numHeads], retrievedScale: [2, numHeads, 'v'], shift: [numHeads, 'v'] },
  }),
  SegFromWindows: ({ window, size }) => ({
    ...{ windows: ['windows', window * window, 'C'], residual: ['B', ...size, 'C'], gain: C, bias: C },
  }),
  SegFusedGroupNorm: () => ({ x: ['B', 'H', 'W', 'C'], gain: C, bias: C, coarser: ['B', 'h', 'w', 'C'] }),
  SegFusedLinear: () => ({ x: ['M', 'in'], weight: ['in', 'out'], bias: ['out'], residual: ['M', 'out'] }),
  SegIntoWindows: () => ({ x: ['B', 'H', 'W', 'C'], gain: C, bias: C }),
  SegLinearNorm: () => ({
    ...{ x: ['M', 'in'], weight: ['in', 'C'], residual: ['M', 'C'], vectors: [3, 'C'], nextVectors: [2, 'C'] },
  }),
  SegMaskBias: () => ({ products: ['B', 'N', 'L'], queries: ['B', 'N', 'E'], constants: ['E'] }),
  SegMovedBoxes: () => ({ moved: ['B', 'N', 4], reference: ['1|B', 'N', 'parts'] }),
  SegNormalize: () => ({ x: ['M', 'C'], mean: C, variance: C, gain: C, bias: C }),
  SegOffsetSamplingOfParts: ({ levels }) => ({
    value: ['B', levels.reduce((sum: number, [height, width]: Size) => sum + height * width, 0), 'values'],
    samples: ['B', 'Q', 'all'],
    reference: ['1|B', 'Q', `1|${levels.length}`, 'point'],
  }),
  SegPairCosts: () => ({ logits: ['N', 'P'], targets: ['T', 'P'], scores: ['N', 'K'], labels: ['T'] }),
  SegPositionedLinear: () => ({ x: ['M', 'in'], position: ['N', 'in'], weight: ['in', 'out'], bias: ['out'] }),
  SegSummedConv: () => ({
    ...{ x: ['B', 'h', 'w', 'in'], filter: [1, 1, 'in', 'out'], bias: ['out'] },
    ...{ skipped: ['B', 'H', 'W', 'from'], shortcut: [1, 1, 'from', 'out'] },
  }),
};
