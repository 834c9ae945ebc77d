import { RESNET18, RESNET34, RESNET50, RESNET101 } from '../../backbones/resnet.ts';
import type { SoloConfig } from './config.ts';

/** Grids and the sizes of objects by level: Wang et al. 2020 (SOLO), "Multi-level Prediction". */
const COMMON = {
  numClasses: 80,
  fpnDim: 256,
  grids: [40, 36, 24, 16, 12],
  scaleRanges: [
    [1, 96],
    [48, 192],
    [96, 384],
    [192, 768],
    [384, 2048],
  ],
} as const;

/** Sizes for inputs of 852 × 512: `decoupled_solo_light_*.py`. */
const LIGHT_512_RANGES = [
  [1, 64],
  [32, 128],
  [64, 256],
  [128, 512],
  [256, 2048],
] as const;

/** Sizes for inputs of 768 × 448: `solov2_light_448_*.py`. */
const LIGHT_448_RANGES = [
  [1, 56],
  [28, 112],
  [56, 224],
  [112, 448],
  [224, 896],
] as const;

const SOLO = { ...COMMON, model: 'solo', headDim: 256, numHeadLayers: 7 } as const;
const DECOUPLED = { ...COMMON, model: 'decoupled_solo', headDim: 256, numHeadLayers: 7 } as const;
const SOLOV2 = {
  ...COMMON,
  model: 'solov2',
  headDim: 512,
  numHeadLayers: 4,
  kernelDim: 256,
  maskFeatureDim: 128,
} as const;

const SOLOV2_LIGHT = {
  ...SOLOV2,
  headDim: 256,
  numHeadLayers: 2,
  kernelDim: 128,
  scaleRanges: LIGHT_448_RANGES,
} as const;

/**
 * Published models by kind and backbone, with the mask AP on COCO val2017 that the authors' README gives. Those with
 * deformable convolutions are not among them.
 */
export const SOLO_PRESETS = {
  /** AP 32.9 after 12 epochs, 35.8 after 36 with multi-scale training; solo_r50_fpn_8gpu_{1x,3x}.py */
  'coco-solo-r50': { ...SOLO, backbone: RESNET50 },
  /** AP 37.1; solo_r101_fpn_8gpu_3x.py */
  'coco-solo-r101': { ...SOLO, backbone: RESNET101 },
  /** AP 33.9 after 12 epochs, 36.4 after 36; decoupled_solo_r50_fpn_8gpu_{1x,3x}.py */
  'coco-decoupled-solo-r50': { ...DECOUPLED, backbone: RESNET50 },
  /** AP 37.9; decoupled_solo_r101_fpn_8gpu_3x.py */
  'coco-decoupled-solo-r101': { ...DECOUPLED, backbone: RESNET101 },
  /** AP 33.0 at 852 × 512; decoupled_solo_light_r50_fpn_8gpu_3x.py */
  'coco-decoupled-solo-light-r50': {
    ...COMMON,
    model: 'decoupled_solo_light',
    headDim: 256,
    numHeadLayers: 4,
    scaleRanges: LIGHT_512_RANGES,
    backbone: RESNET50,
  },
  /** AP 34.8 after 12 epochs, 37.5 after 36; solov2_r50_fpn_8gpu_{1x,3x}.py */
  'coco-solov2-r50': { ...SOLOV2, backbone: RESNET50 },
  /** AP 39.1; solov2_r101_fpn_8gpu_3x.py */
  'coco-solov2-r101': { ...SOLOV2, backbone: RESNET101 },
  /** AP 29.6 at 768 × 448; solov2_light_448_r18_fpn_8gpu_3x.py */
  'coco-solov2-light-448-r18': { ...SOLOV2_LIGHT, backbone: RESNET18 },
  /** AP 32.0; solov2_light_448_r34_fpn_8gpu_3x.py */
  'coco-solov2-light-448-r34': { ...SOLOV2_LIGHT, backbone: RESNET34 },
  /** AP 33.7; solov2_light_448_r50_fpn_8gpu_3x.py */
  'coco-solov2-light-448-r50': { ...SOLOV2_LIGHT, backbone: RESNET50 },
} as const satisfies Record<string, SoloConfig>;
