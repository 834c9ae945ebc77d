import { BACKBONE, TRAINING as ON_SCENES } from '@seg/example-scenes/recipe.mjs';
import { THING_CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { SOLO_LOSS, SOLOV2_LOSS } from '@seg/losses';

const GRIDS = {
  grids: [16, 12, 8, 6, 4],
  scaleRanges: [[1, 24], [16, 40], [24, 64], [40, 96], [64, 256]], // biome-ignore format: one level each
};

const COMMON = {
  backbone: BACKBONE,
  numClasses: THING_CATEGORIES.length,
  fpnDim: 96,
  headDim: 96,
  numHeadLayers: 2,
  ...GRIDS,
};

/** SOLOs small enough to learn generated scenes on two processor cores. */
export const MODELS = {
  solov2: { model: 'solov2', ...COMMON, kernelDim: 64, maskFeatureDim: 64 },
  solo: { model: 'solo', ...COMMON },
};

/** The published losses on grids of small images. */
export const LOSSES = {
  solov2: { ...SOLOV2_LOSS, ...GRIDS },
  solo: { ...SOLO_LOSS, ...GRIDS },
};

/** `semanticWeight` and `emptyWeight` are those of the auxiliary semantic loss and of background in it. */
export const TRAINING = { ...ON_SCENES, steps: 1500, semanticWeight: 1, emptyWeight: 0.25 };

/** The model that a command line names: solov2 unless told. */
export function modelNamed(name = 'solov2') {
  if (Object.hasOwn(MODELS, name)) return { name, config: MODELS[name], loss: LOSSES[name] };
  throw new Error(`expected ${Object.keys(MODELS).join(' or ')}, got ${name}`);
}
