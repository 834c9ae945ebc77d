import { adamStepTensorflow } from '../adam-step/tensorflow.ts';
import {
  conv2dGradientsTensorflow,
  conv2dTensorflow,
  filterGradientTensorflow,
  inputGradientTensorflow,
} from '../conv2d/tensorflow.ts';
import type { KernelBody } from '../define-kernel.ts';
import {
  deformableSamplingGradientTensorflow,
  deformableSamplingTensorflow,
} from '../deformable-sampling/tensorflow.ts';
import { frozenNormGradientTensorflow, frozenNormTensorflow } from '../frozen-norm/tensorflow.ts';
import { globalNormTensorflow } from '../global-norm/tensorflow.ts';
import { layerNormGradientTensorflow, layerNormTensorflow } from '../layer-norm/tensorflow.ts';
import { linearGradientTensorflow, linearTensorflow } from '../linear/tensorflow.ts';
import { maxPoolGradientTensorflow } from '../max-pool/tensorflow.ts';
import { reluGradientTensorflow } from '../relu-gradient/tensorflow.ts';
import { sumRowsTensorflow } from '../sum-rows/tensorflow.ts';
import { asOneProgram } from './recorded-reference.ts';

// biome-ignore lint/suspicious/noExplicitAny: each is typed where it is written, by its own kernel's inputs
type AnyBody = KernelBody<any, any>;

/** Kernels of many small ops, whose references are run in one call. */
const PROGRAMS = [
  'SegAttention',
  'SegAttentionGradient',
  'SegClassCrossEntropy',
  'SegClassCrossEntropyGradient',
  'SegDiceDistance',
  'SegDiceGradient',
  'SegGroupNorm',
  'SegGroupNormGradient',
  'SegMaskCrossEntropy',
  'SegMaskCrossEntropyGradient',
];

/** Bodies of kernels on native TensorFlow, by kernel. They come with the backend: a page fetches none of them. */
export const TENSORFLOW_BODIES: Readonly<Record<string, AnyBody>> = {
  SegAdamStep: adamStepTensorflow,
  SegConv2D: conv2dTensorflow,
  SegConv2DFilterGradient: filterGradientTensorflow,
  SegConv2DGradients: conv2dGradientsTensorflow,
  SegConv2DInputGradient: inputGradientTensorflow,
  SegDeformableSampling: deformableSamplingTensorflow,
  SegDeformableSamplingGradient: deformableSamplingGradientTensorflow,
  SegFrozenNorm: frozenNormTensorflow,
  SegFrozenNormGradient: frozenNormGradientTensorflow,
  SegGlobalNorm: globalNormTensorflow,
  SegLayerNorm: layerNormTensorflow,
  SegLayerNormGradient: layerNormGradientTensorflow,
  SegLinear: linearTensorflow,
  SegLinearGradient: linearGradientTensorflow,
  SegMaxPoolGradient: maxPoolGradientTensorflow,
  SegReluGradient: reluGradientTensorflow,
  SegScaledConv2D: conv2dTensorflow,
  SegSumRows: sumRowsTensorflow,
  SegPairCosts: asOneProgram('SegPairCosts', { mayRead: true }), // tfjs looks at labels before it gathers, as TensorFlow does
  ...Object.fromEntries(PROGRAMS.map((kernel) => [kernel, asOneProgram(kernel)])),
};
