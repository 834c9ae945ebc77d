import { PVT_V2_B0, PVT_V2_B2, PVT_V2_B5 } from '../../backbones/pvt-v2.ts';
import { RESNET50, RESNET101 } from '../../backbones/resnet.ts';
import { SWIN_LARGE } from '../../backbones/swin.ts';
import type { PanopticSegFormerConfig } from './config.ts';

/** Common to all published models: the configs of the original repository. */
const COMMON = {
  model: 'panoptic_segformer',
  numThingClasses: 80,
  numStuffClasses: 53,
  numThingQueries: 300,
  dim: 256,
  numHeads: 8,
  numPoints: 4,
  ffnDim: 1024,
  numEncoderLayers: 6,
  numLocationLayers: 6,
  numThingBlocks: 4,
  numStuffBlocks: 6,
  dropout: 0.1,
  maxDetections: 100,
} as const;

/** Published models by backbone, with PQ on COCO val2017 after 24 epochs, as Li et al. 2022 give it. */
export const PANOPTIC_SEGFORMER_PRESETS = {
  /** PQ 49.6, and 48.0 after 12 epochs */
  'coco-panoptic-r50': { ...COMMON, backbone: RESNET50 },
  /** PQ 50.6 */
  'coco-panoptic-r101': { ...COMMON, backbone: RESNET101 },
  /** PQ 55.8 from ImageNet-22k */
  'coco-panoptic-swin-large': { ...COMMON, backbone: { ...SWIN_LARGE, window: 7, firstNormed: 1 } },
  /** PQ 49.5 */
  'coco-panoptic-pvt-v2-b0': { ...COMMON, backbone: PVT_V2_B0 },
  /** PQ 52.5 */
  'coco-panoptic-pvt-v2-b2': { ...COMMON, backbone: PVT_V2_B2 },
  /** PQ 55.4 */
  'coco-panoptic-pvt-v2-b5': { ...COMMON, backbone: PVT_V2_B5 },
} as const satisfies Record<string, PanopticSegFormerConfig>;
