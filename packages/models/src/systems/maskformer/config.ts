import { ACTIVATIONS, type ActivationName } from '@seg/core';
import { BACKBONE, type BackboneConfig } from '../../backbones/backbone.ts';
import { LAYERS, oneOf, optional, PART, SIZE } from '../../description/check-fields.ts';
import type { ConfigFields } from '../../description/config-fields.ts';

/** All that determines the shape of a MaskFormer. Plain data, stored with the weights. */
export type MaskFormerConfig = {
  model: 'maskformer';
  backbone: BackboneConfig;
  /** Without no-object. */
  numClasses: number;
  numQueries: number;
  /** Channels of the pyramid. */
  fpnDim: number;
  /** Channels of the transformer. */
  dim: number;
  maskDim: number;
  numHeads: number;
  ffnDim: number;
  /** Transformer encoder of the pixel decoder: 0, or 6 for the "6 Enc" models. */
  numEncoderLayers: number;
  numDecoderLayers: number;
  /** In training. Published: 0.1. */
  dropout: number;
  /** Of the query decoder's feed-forward networks. Default: relu. */
  activation?: ActivationName;
};

/** A check for each field of MaskFormerConfig in a file. */
export const MASKFORMER_FIELDS: ConfigFields<MaskFormerConfig> = {
  maskformer: {
    backbone: BACKBONE,
    numClasses: SIZE,
    numQueries: SIZE,
    fpnDim: SIZE,
    dim: SIZE,
    maskDim: SIZE,
    numHeads: SIZE,
    ffnDim: SIZE,
    numEncoderLayers: LAYERS,
    numDecoderLayers: LAYERS,
    dropout: PART,
    activation: optional(oneOf(...ACTIVATIONS)),
  },
};
