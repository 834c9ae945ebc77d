import { BACKBONE, type BackboneConfig } from '../../backbones/backbone.ts';
import { LAYERS, PART, SIZE } from '../../description/check-fields.ts';
import type { ConfigFields } from '../../description/config-fields.ts';

/** All that determines the shape of a Panoptic SegFormer. Plain data, stored with the weights. */
export type PanopticSegFormerConfig = {
  model: 'panoptic_segformer';
  backbone: BackboneConfig;
  numThingClasses: number;
  /** One query each. */
  numStuffClasses: number;
  numThingQueries: number;
  /** Channels of tokens and queries. */
  dim: number;
  numHeads: number;
  /** Sampling points per head and level. */
  numPoints: number;
  ffnDim: number;
  numEncoderLayers: number;
  numLocationLayers: number;
  /** Blocks of the mask decoder of things; there is a tail more. */
  numThingBlocks: number;
  numStuffBlocks: number;
  /** Of encoder and location decoder. */
  dropout: number;
  /** Pairs of a query and a class that are kept as candidates. */
  maxDetections: number;
};

/** A check for each field of PanopticSegFormerConfig in a file. */
export const PANOPTIC_SEGFORMER_FIELDS: ConfigFields<PanopticSegFormerConfig> = {
  panoptic_segformer: {
    backbone: BACKBONE,
    numThingClasses: SIZE,
    numStuffClasses: SIZE,
    numThingQueries: SIZE,
    dim: SIZE,
    numHeads: SIZE,
    numPoints: SIZE,
    ffnDim: SIZE,
    numEncoderLayers: LAYERS,
    numLocationLayers: LAYERS,
    numThingBlocks: LAYERS,
    numStuffBlocks: LAYERS,
    dropout: PART,
    maxDetections: SIZE,
  },
};
