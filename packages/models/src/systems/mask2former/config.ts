import { ACTIVATIONS, type ActivationName } from '@seg/core';
import { BACKBONE, type BackboneConfig } from '../../backbones/backbone.ts';
import { BOOLEAN, LAYERS, oneOf, optional, SIZE, whole } from '../../description/check-fields.ts';
import type { ConfigFields } from '../../description/config-fields.ts';

/** All that determines the shape of a Mask2Former. Plain data, stored with the weights. */
export type Mask2FormerConfig = {
  model: 'mask2former';
  backbone: BackboneConfig;
  /** Without no-object. */
  numClasses: number;
  numQueries: number;
  /** Channels of pixel and query decoder. */
  dim: number;
  /** Channels of the per-pixel embedding. */
  maskDim: number;
  numHeads: number;
  /** Sampling points per head and level of the pixel decoder. */
  numPoints: number;
  numEncoderLayers: number;
  encoderFfnDim: number;
  /** Layers proper: 9 in all published models, which detectron2's configs write as 10. */
  numDecoderLayers: number;
  decoderFfnDim: number;
  /** Of the query decoder's feed-forward networks. Default: relu. */
  activation?: ActivationName;
  /** True if the query decoder's norms stand before their branches. Default: false, as published. */
  preNorm?: boolean;
  /** Steps of the pyramid behind the pixel decoder's encoder. Default: 1, to stride 4. */
  numPyramidSteps?: number;
};

/** A check for each field of Mask2FormerConfig in a file. */
export const MASK2FORMER_FIELDS: ConfigFields<Mask2FormerConfig> = {
  mask2former: {
    backbone: BACKBONE,
    numClasses: SIZE,
    numQueries: SIZE,
    dim: SIZE,
    maskDim: SIZE,
    numHeads: SIZE,
    numPoints: SIZE,
    numEncoderLayers: LAYERS,
    encoderFfnDim: SIZE,
    numDecoderLayers: LAYERS,
    decoderFfnDim: SIZE,
    activation: optional(oneOf(...ACTIVATIONS)),
    preNorm: optional(BOOLEAN),
    numPyramidSteps: optional(whole(0, 3)),
  },
};
