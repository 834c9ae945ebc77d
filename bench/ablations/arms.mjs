// All trainings that ablations compare, by name. Arms are shared: an ablation names two or more.
import { MAX_DEEPLAB_LOSS, PANOPTIC_SEGFORMER_LOSS, SOLO_MASK_TERMS, SOLOV2_LOSS } from '@seg/losses';
import { MAX_DEEPLAB_PRESETS, Mask2Former, MaxDeepLab, PanopticSegFormer, Solo } from '@seg/models';
import {
  aidedMask2FormerObjective,
  aidedSoloObjective,
  maxDeepLabObjective,
  panopticSegFormerObjective,
} from '@seg/train';
import { CATEGORIES, THINGS } from '../../examples/scenes/scenes.mjs';
import {
  everyPixel,
  fullAttention,
  lastPredictionAlone,
  oneScale,
  withoutCoordinates,
  zeroFeatures,
} from './changes.mjs';
import { AID, MASK2FORMER, MASK2FORMER_TERMS, PANOPTIC_SEGFORMER, SIZE, SOLOV2 } from './settings.mjs';

/** Class, builder and objective of an arm: `build(params)`, `objectiveFor(model, params)`. */
export const ARMS = {
  mask2former: mask2Former(),
  'full cross-attention': mask2Former({ change: fullAttention }),
  'whole masks': mask2Former({
    loss: { numPoints: SIZE * SIZE, oversampleRatio: 1, importanceRatio: 0 },
    points: () => everyPixel(SIZE),
  }),
  'last prediction alone': mask2Former({ change: lastPredictionAlone }),
  'coarsest scale alone': mask2Former({ change: (model) => oneScale(model, 0) }),
  'finest scale alone': mask2Former({ change: (model) => oneScale(model, 2) }),
  'zero query features': mask2Former({ change: zeroFeatures }),

  'panoptic segformer': panopticSegFormer(),
  'one location layer': panopticSegFormer({ numLocationLayers: 1 }),
  'two location layers': panopticSegFormer({ numLocationLayers: 2 }),
  'one mask layer': panopticSegFormer({ numThingBlocks: 1, numStuffBlocks: 1 }),

  'max-deeplab': maxDeepLab(),
  'constant weight of free slots': maxDeepLab({ unmatched: 'constant' }),
  'no PQ-style loss': maxDeepLab({ pqWeight: 0 }),
  'no mask-ID loss': maxDeepLab({ maskIdWeight: 0 }),
  'no instance discrimination': maxDeepLab({ instanceWeight: 0 }),
  'no semantic loss': maxDeepLab({ semanticWeight: 0 }),

  solov2: solo(),
  'no coordinates': solo({ change: withoutCoordinates }),
  'cross entropy': solo({ loss: { mask: SOLO_MASK_TERMS.crossEntropy } }),
  focal: solo({ loss: { mask: SOLO_MASK_TERMS.focal } }),
  'coarse grids': solo({ config: { grids: [8, 6, 4, 3, 2] } }),
  'fine grids': solo({ config: { grids: [24, 18, 12, 9, 6] } }),
};

function mask2Former({ change = () => {}, loss = {}, points } = {}) {
  return {
    system: 'mask2former',
    build: (params) => changed(new Mask2Former(params, MASK2FORMER), change),
    objectiveFor: (model, params, { seed }) =>
      aidedMask2FormerObjective(
        model,
        { ...MASK2FORMER_TERMS, ...loss },
        { seed: points ?? seed, semanticWeight: AID.mask2former, scope: params.root.at('auxiliary') },
      ),
  };
}

function panopticSegFormer(config = {}) {
  return {
    system: 'panoptic-segformer',
    build: (params) => new PanopticSegFormer(params, { ...PANOPTIC_SEGFORMER, ...config }),
    objectiveFor: (model) => panopticSegFormerObjective(model, PANOPTIC_SEGFORMER_LOSS),
  };
}

function maxDeepLab(loss = {}) {
  const preset = MAX_DEEPLAB_PRESETS['coco-panoptic-s'];
  const encoder = {
    ...preset.encoder,
    ...{ stemDim: 16, depths: [0, 1, 1, 1, 1], dims: [32, 64, 128, 128, 256], numHeads: 4, ffnDim: 128 },
    dropPath: { rate: 0, fromStride: 16 },
  };
  const dims = { numSlots: 20, memoryDim: 64, embeddingDim: 64, headDim: 64 };
  const config = { ...preset, numClasses: CATEGORIES.length, ...dims, encoder };
  return {
    system: 'max-deeplab',
    size: SIZE + 1, // corners of all maps lie on corners of the image
    build: (params) => new MaxDeepLab(params, config),
    objectiveFor: (model) =>
      maxDeepLabObjective(model, { ...MAX_DEEPLAB_LOSS, ...loss }, { things: THINGS, stride: 4 }),
  };
}

function solo({ change = () => {}, loss = {}, config = {} } = {}) {
  const sizes = { ...SOLOV2, ...config };
  const { grids, scaleRanges } = sizes;
  return {
    system: 'solov2',
    build: (params) => changed(new Solo(params, sizes), change),
    objectiveFor: (model, params) =>
      aidedSoloObjective(
        model,
        { ...SOLOV2_LOSS, grids, scaleRanges, ...loss },
        { semanticWeight: AID.solov2, emptyWeight: 0.25, scope: params.root.at('auxiliary') },
      ),
  };
}

function changed(model, change) {
  change(model);
  return model;
}
