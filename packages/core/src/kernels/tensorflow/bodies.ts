import { adamStepTensorflow } from '../adam-step/tensorflow.ts';
import { filterGradientTensorflow, inputGradientTensorflow } from '../conv2d/tensorflow.ts';
import type { KernelBody } from '../define-kernel.ts';
import {
  deformableSamplingGradientTensorflow,
  deformableSamplingTensorflow,
} from '../deformable-sampling/tensorflow.ts';
import { frozenNormGradientTensorflow, frozenNormTensorflow } from '../frozen-norm/tensorflow.ts';
import { globalNormTensorflow } from '../global-norm/tensorflow.ts';
import { linearTensorflow } from '../linear/tensorflow.ts';
import { maxPoolGradientTensorflow } from '../max-pool/tensorflow.ts';
import { reluGradientTensorflow } from '../relu-gradient/tensorflow.ts';
import { sumRowsTensorflow } from '../sum-rows/tensorflow.ts';

// biome-ignore lint/suspicious/noExplicitAny: each is typed where it is written, by its own kernel's inputs
type AnyBody = KernelBody<any, any>;

/** Bodies of kernels on native TensorFlow, by kernel. They come with the backend: a page fetches none of them. */
export const TENSORFLOW_BODIES: Readonly<Record<string, AnyBody>> = {
  SegAdamStep: adamStepTensorflow,
  SegConv2DFilterGradient: filterGradientTensorflow,
  SegConv2DInputGradient: inputGradientTensorflow,
  SegDeformableSampling: deformableSamplingTensorflow,
  SegDeformableSamplingGradient: deformableSamplingGradientTensorflow,
  SegFrozenNorm: frozenNormTensorflow,
  SegFrozenNormGradient: frozenNormGradientTensorflow,
  SegGlobalNorm: globalNormTensorflow,
  SegLinear: linearTensorflow,
  SegMaxPoolGradient: maxPoolGradientTensorflow,
  SegReluGradient: reluGradientTensorflow,
  SegSumRows: sumRowsTensorflow,
};
