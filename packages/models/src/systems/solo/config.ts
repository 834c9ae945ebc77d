import { BACKBONE, type BackboneConfig } from '../../backbones/backbone.ts';
import { type FieldsOf, LAYERS, listOf, NUMBER, SIZE } from '../../description/check-fields.ts';
import type { ConfigFields } from '../../description/config-fields.ts';

/** All that determines the shape of a SOLO of any kind. Plain data, stored with the weights. */
export type SoloConfig = SoloCommonConfig &
  (
    | { model: 'solo' | 'decoupled_solo' | 'decoupled_solo_light' }
    | {
        model: 'solov2';
        /** Channels of the predicted kernels and of the mask features: E. */
        kernelDim: number;
        /** Channels of the mask features before the levels are summed. */
        maskFeatureDim: number;
      }
  );

/** Fields common to all SOLOs. */
export type SoloCommonConfig = {
  backbone: BackboneConfig;
  numClasses: number;
  /** Channels of the pyramid. */
  fpnDim: number;
  /** Channels of the head's towers. */
  headDim: number;
  /** Convolutions of each tower. */
  numHeadLayers: number;
  /** Cells along each side of the image, by level. */
  grids: readonly number[];
  /** Sizes √(width · height) of the objects that each level is to find, in pixels of the input, both ends included. */
  scaleRanges: readonly (readonly [number, number])[];
};

const COMMON: FieldsOf<SoloCommonConfig> = {
  backbone: BACKBONE,
  numClasses: SIZE,
  fpnDim: SIZE,
  headDim: SIZE,
  numHeadLayers: LAYERS,
  grids: listOf(SIZE, 5),
  scaleRanges: listOf(listOf(NUMBER, 2), 5),
};

/** A check for each field of SoloConfig in a file. */
export const SOLO_FIELDS: ConfigFields<SoloConfig> = {
  solo: COMMON,
  decoupled_solo: COMMON,
  decoupled_solo_light: COMMON,
  solov2: { ...COMMON, kernelDim: SIZE, maskFeatureDim: SIZE },
};
