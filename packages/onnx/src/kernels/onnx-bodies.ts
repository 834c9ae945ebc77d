import { attention } from './attention.ts';
import { deformableSampling } from './deformable-sampling.ts';
import { cast, clip, elementwise, floorDivision, gelu, inverseRoot, softmax, square } from './elementwise.ts';
import { convolution, depthwise, maxPool, resize, scaledConvolution } from './maps.ts';
import { groupNorm, layerNorm } from './norms.ts';
import type { OnnxBody } from './onnx-body.ts';
import { cellCenters, coordinates, pixelSizes, sinePosition } from './positions.ts';
import { linear, product } from './products.ts';
import { argMax, gather, reduction, topK } from './selection.ts';
import { concat, pack, pad, sameData, slice, split, tile, transposition } from './shapes.ts';

/** Every kernel that the five systems call on the way from an image to predictions, and in points NMS. */
export const ONNX_BODIES: Readonly<Record<string, OnnxBody>> = {
  Add: elementwise('Add'),
  AddN: elementwise('Sum'),
  ArgMax: argMax,
  BatchMatMul: product,
  Cast: cast,
  ClipByValue: clip,
  Concat: concat,
  DepthwiseConv2dNative: depthwise,
  Equal: elementwise('Equal'),
  Exp: elementwise('Exp'),
  ExpandDims: sameData,
  FloorDiv: floorDivision,
  GatherV2: gather,
  Greater: elementwise('Greater'),
  GreaterEqual: elementwise('GreaterOrEqual'),
  Identity: sameData,
  Log: elementwise('Log'),
  Max: reduction('ReduceMax', false),
  Maximum: elementwise('Max'),
  Mean: reduction('ReduceMean', false),
  Multiply: elementwise('Mul'),
  Pack: pack,
  PadV2: pad,
  RealDiv: elementwise('Div'),
  Relu: elementwise('Relu'),
  Reshape: sameData,
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  Rsqrt: inverseRoot,
  SegAttention: attention,
  SegConv2D: convolution,
  SegDeformableSampling: deformableSampling,
  SegGelu: gelu,
  SegGroupNorm: groupNorm,
  SegLayerNorm: layerNorm,
  SegLinear: linear,
  SegMaxPool: maxPool,
  SegScaledConv2D: scaledConvolution,
  Sigmoid: elementwise('Sigmoid'),
  Slice: slice,
  Softmax: softmax,
  SplitV: split,
  Square: square,
  Sub: elementwise('Sub'),
  Sum: reduction('ReduceSum', true),
  Tile: tile,
  TopK: topK,
  Transpose: transposition,
};

/** Kernels of positions: constants in a graph of one size, computed in one of free sizes. */
export const POSITION_BODIES: Readonly<Record<string, OnnxBody>> = {
  SegCellCenters: cellCenters,
  SegCoordinates: coordinates,
  SegPixelSizes: pixelSizes,
  SegSinePosition: sinePosition,
};
