import type { BackboneConfig } from '../../backbones/backbone.ts';

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

/** What all SOLOs have in common. */
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
