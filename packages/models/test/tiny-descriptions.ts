import type { ModelDescription } from '../src/description/model-description.ts';
import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../src/preprocess.ts';
import { MAX_DEEPLAB_PRESETS } from '../src/systems/max-deeplab/presets.ts';
import { SOLO_PRESETS } from '../src/systems/solo/presets.ts';
import { TINY_MASK2FORMER, TINY_MASKFORMER, TINY_PANOPTIC_SEGFORMER } from './tiny.ts';

const BACKBONE = { type: 'resnet', stemDim: 8, depths: [1, 1, 1, 1], dims: [32, 32, 64, 64] } as const;
const NARROW_SOLO = { backbone: BACKBONE, fpnDim: 32, headDim: 32, numClasses: 3, grids: [8, 7, 6, 4, 3] };

const categories = (things: number, stuff: number) =>
  Array.from({ length: things + stuff }, (_, i) => ({ id: i + 1, name: `class ${i}`, isThing: i < things }));

const rescaled = (divisor: number): Preprocessing => ({
  ...ORIGINAL_PREPROCESSING,
  resize: { kind: 'rescale', shortestEdge: 32, longestEdge: 64 },
  divisor,
});

/** A description of each system, and of each kind of SOLO, small enough for any backend. */
export const TINY_DESCRIPTIONS: Readonly<Record<string, ModelDescription>> = {
  mask2former: {
    config: TINY_MASK2FORMER,
    categories: categories(3, 2),
    preprocessing: { ...ORIGINAL_PREPROCESSING, resize: { kind: 'shortest-edge', shortestEdge: 32, longestEdge: 64 } },
  },
  maskformer: {
    config: TINY_MASKFORMER,
    categories: categories(3, 2),
    preprocessing: {
      ...ORIGINAL_PREPROCESSING,
      resize: { kind: 'shortest-edge', shortestEdge: 32, longestEdge: 64 },
      divisor: 1,
    },
    inference: { overlapThreshold: 0.05, semanticRule: 'scores-last' },
  },
  solo: {
    config: { ...SOLO_PRESETS['coco-solo-r50'], ...NARROW_SOLO, numHeadLayers: 2 },
    categories: categories(3, 0),
    preprocessing: rescaled(32),
  },
  decoupled_solo: {
    config: { ...SOLO_PRESETS['coco-decoupled-solo-r50'], ...NARROW_SOLO, numHeadLayers: 2 },
    categories: categories(3, 0),
    preprocessing: rescaled(32),
  },
  decoupled_solo_light: {
    config: { ...SOLO_PRESETS['coco-decoupled-solo-light-r50'], ...NARROW_SOLO, numHeadLayers: 2 },
    categories: categories(3, 0),
    preprocessing: rescaled(32),
  },
  solov2: {
    config: {
      ...SOLO_PRESETS['coco-solov2-r50'],
      ...NARROW_SOLO,
      numHeadLayers: 2,
      kernelDim: 32,
      maskFeatureDim: 32,
    },
    categories: categories(3, 0),
    preprocessing: rescaled(32),
  },
  'max-deeplab': {
    config: {
      ...MAX_DEEPLAB_PRESETS['coco-panoptic-s'],
      numClasses: 5,
      numSlots: 6,
      memoryDim: 16,
      embeddingDim: 8,
      headDim: 16,
      encoder: {
        ...MAX_DEEPLAB_PRESETS['coco-panoptic-s'].encoder,
        stemDim: 8,
        depths: [0, 1, 1, 2, 1],
        dims: [16, 16, 32, 64, 64],
        numHeads: 2,
        ffnDim: 32,
      },
    },
    categories: categories(3, 2),
    preprocessing: {
      resize: { kind: 'square', side: 33 },
      divisor: 1,
      reachDivisor: 'pad',
      rescale: 1,
      mean: [127.5, 127.5, 127.5],
      std: [127.5, 127.5, 127.5],
    },
  },
  panoptic_segformer: {
    config: TINY_PANOPTIC_SEGFORMER,
    categories: categories(3, 2),
    preprocessing: rescaled(1),
    inference: { overlapThreshold: 0.01, nmsThreshold: 0.7 },
  },
};
