import { KerasBatchNorm, KerasConvNorm } from '@seg/attention';
import { type MaskPrediction, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { maskLogitsSteps } from '../prediction/mask-logits.ts';
import { BiasedConv } from './biased-conv.ts';
import { SeparableConv } from './separable-conv.ts';

/** Sizes of MaX-DeepLab's heads. */
export type MaxDeepLabHeadConfig = {
  /** Channels of the panoptic map at stride 4. */
  pixelDim: number;
  memoryDim: number;
  /** Channels of the head's separable convolution. Published: 256. */
  headDim: number;
  /** Channels that pixels and masks are compared in: D. */
  embeddingDim: number;
  /** Without void. */
  numClasses: number;
};

/** Output of the dual-path network, which the heads take. */
export type MaxDeepLabHeadInputs = {
  /** [B, h, w, Cp] activated, at stride 4 */
  panoptic: tf.Tensor4D;
  /** [B, N, Cm] */
  classFeature: tf.Tensor3D;
  /** [B, N, Cm] */
  maskFeature: tf.Tensor3D;
};

/** Masks and classes, and the pixel features that instance discrimination compares: [B, h, w, D] of length 1. */
export type MaxDeepLabMasks = MaskPrediction & { pixelFeatures: tf.Tensor4D };

/** Part of the slots that the void constant assumes to hold an object. */
const OBJECT_PRIOR = 0.1;

/**
 * Masks as products of normalized pixel features g and mask kernels f, and the class of every slot. Wang et al. 2021
 * (MaX-DeepLab), section 3.2, eq. 7. Keys lie at the root of the model.
 */
export class MaxDeepLabHead {
  readonly scope: Scope;
  readonly pixelConv: SeparableConv;
  readonly pixelOutput: BiasedConv;
  readonly pixelNorm: KerasBatchNorm;
  readonly maskKernel: KerasConvNorm;
  readonly classOutput: BiasedConv;
  readonly maskNorm: KerasBatchNorm;
  readonly numClasses: number;

  constructor(root: Scope, config: MaxDeepLabHeadConfig) {
    expectSizes('MaxDeepLabHead', config, ['pixelDim', 'memoryDim', 'headDim', 'embeddingDim', 'numClasses']);
    const { pixelDim, memoryDim, headDim, embeddingDim, numClasses } = config;
    const pixelSpace = root.at('pixel_space_head');
    const conv = { inDim: pixelDim, outDim: headDim };
    this.scope = root;
    this.numClasses = numClasses;
    this.pixelConv = new SeparableConv(pixelSpace.at('conv_block', '_conv1_bn_act'), conv);
    this.pixelOutput = new BiasedConv(pixelSpace.at('final_conv'), { inDim: headDim, outDim: embeddingDim, rank: 2 });
    this.pixelNorm = new KerasBatchNorm(root.at('pixel_space_feature_batch_norm'), { shape: [embeddingDim] });
    const kernel = { inDim: memoryDim, outDim: embeddingDim, kernel: 'tokens' } as const;
    this.maskKernel = new KerasConvNorm(root.at('transformer_mask_head'), kernel);
    const classes = { inDim: memoryDim, outDim: numClasses + 1, rank: 1 } as const;
    this.classOutput = new BiasedConv(root.at('transformer_class_head', '_conv'), classes);
    this.maskNorm = new KerasBatchNorm(root.at('pixel_space_mask_batch_norm'), { shape: [1], gain: 0.1 });
  }

  forward(inputs: MaxDeepLabHeadInputs): MaxDeepLabMasks {
    return runSteps(this.forwardSteps(inputs));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(inputs: MaxDeepLabHeadInputs): Steps<MaxDeepLabMasks> {
    return tidySteps(this.masks(inputs));
  }

  private *masks({ panoptic, classFeature, maskFeature }: MaxDeepLabHeadInputs): Steps<MaxDeepLabMasks> {
    const output = this.scope.at('output');
    const pixelFeatures = output.tap(yield* this.pixelFeatures(panoptic), 'pixel_feature_g');
    const kernels = output.tap(this.maskKernel.forward(maskFeature), 'mask_kernel_f'); // [B, N, D]
    const masks = this.maskNorm.forward(yield* maskLogitsSteps(kernels, pixelFeatures));
    const classes = tf.add<tf.Tensor3D>(this.classOutput.forward(classFeature), voidConstant(this.numClasses));
    return {
      pixelFeatures,
      maskLogits: output.tap(masks, 'mask_logits'),
      classLogits: output.tap(classes, 'class_logits'),
    };
  }

  /** @returns [B, h, w, D] */
  private *pixelFeatures(panoptic: tf.Tensor4D): Steps<tf.Tensor4D> {
    const convolved = yield* this.pixelConv.forwardSteps(panoptic);
    const features = this.pixelNorm.forward(yield* this.pixelOutput.forwardSteps(convolved));
    return unitVectors(this.pixelNorm.scope.tap(features));
  }
}

/** Divides by the length along the last axis, or by 10⁻⁶ where it is shorter: TensorFlow's `l2_normalize`. */
export function unitVectors<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(x), -1, true);
    return tf.mul<T>(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
  });
}

/** Added to the void logit, so that one slot in ten holds an object while all logits are 0. @returns [K + 1] */
function voidConstant(numClasses: number): tf.Tensor1D {
  const values = new Float32Array(numClasses + 1);
  values[numClasses] = Math.log((numClasses * (1 - OBJECT_PRIOR)) / OBJECT_PRIOR);
  return tf.tensor1d(values);
}
