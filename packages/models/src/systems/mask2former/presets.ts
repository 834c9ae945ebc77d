import { RESNET50, RESNET101 } from '../../backbones/resnet.ts';
import { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY } from '../../backbones/swin.ts';
import type { Mask2FormerConfig } from './config.ts';

/** Common to all published models: Cheng et al. 2022, section 4.1 and the configs of the original repository. */
const COMMON = {
  model: 'mask2former',
  dim: 256,
  maskDim: 256,
  numHeads: 8,
  numPoints: 4,
  numEncoderLayers: 6,
  encoderFfnDim: 1024,
  numDecoderLayers: 9,
  decoderFfnDim: 2048,
} as const;

const COCO_PANOPTIC = { ...COMMON, numClasses: 133, numQueries: 100 };
const COCO_INSTANCE = { ...COMMON, numClasses: 80, numQueries: 100 };
const ADE20K = { ...COMMON, numClasses: 150, numQueries: 100 };
const ADE20K_INSTANCE = { ...COMMON, numClasses: 100, numQueries: 100 };
const CITYSCAPES = { ...COMMON, numClasses: 19, numQueries: 100 };
const CITYSCAPES_INSTANCE = { ...COMMON, numClasses: 8, numQueries: 100 };

/**
 * Published models by data set, task and backbone, with the figure the original repository's model zoo gives: PQ for
 * panoptic, AP for instance, single-scale mIoU for semantic.
 */
export const MASK2FORMER_PRESETS = {
  /** PQ 51.9 on COCO val2017; maskformer2_R50_bs16_50ep. */
  'coco-panoptic-r50': { ...COCO_PANOPTIC, backbone: RESNET50 },
  /** PQ 52.6 */
  'coco-panoptic-r101': { ...COCO_PANOPTIC, backbone: RESNET101 },
  /** PQ 53.2 */
  'coco-panoptic-swin-tiny': { ...COCO_PANOPTIC, backbone: SWIN_TINY },
  /** PQ 54.6 */
  'coco-panoptic-swin-small': { ...COCO_PANOPTIC, backbone: SWIN_SMALL },
  /** PQ 55.1, and 56.4 from ImageNet-21k */
  'coco-panoptic-swin-base': { ...COCO_PANOPTIC, backbone: SWIN_BASE },
  /** PQ 57.8 with 200 queries and 100 epochs */
  'coco-panoptic-swin-large': { ...COCO_PANOPTIC, numQueries: 200, backbone: SWIN_LARGE },
  /** AP 43.7 */
  'coco-instance-r50': { ...COCO_INSTANCE, backbone: RESNET50 },
  /** AP 44.2 */
  'coco-instance-r101': { ...COCO_INSTANCE, backbone: RESNET101 },
  /** AP 45.0 */
  'coco-instance-swin-tiny': { ...COCO_INSTANCE, backbone: SWIN_TINY },
  /** AP 46.3 */
  'coco-instance-swin-small': { ...COCO_INSTANCE, backbone: SWIN_SMALL },
  /** AP 46.7, and 48.1 from ImageNet-21k */
  'coco-instance-swin-base': { ...COCO_INSTANCE, backbone: SWIN_BASE },
  /** AP 50.1 with 200 queries */
  'coco-instance-swin-large': { ...COCO_INSTANCE, numQueries: 200, backbone: SWIN_LARGE },
  /** mIoU 47.2 on ADE20K val */
  'ade20k-semantic-r50': { ...ADE20K, backbone: RESNET50 },
  /** mIoU 47.8 */
  'ade20k-semantic-r101': { ...ADE20K, backbone: RESNET101 },
  /** mIoU 47.7 */
  'ade20k-semantic-swin-tiny': { ...ADE20K, backbone: SWIN_TINY },
  /** mIoU 51.3 */
  'ade20k-semantic-swin-small': { ...ADE20K, backbone: SWIN_SMALL },
  /** mIoU 52.4, and 53.9 from ImageNet-21k */
  'ade20k-semantic-swin-base': { ...ADE20K, backbone: SWIN_BASE },
  /** mIoU 56.1; 100 queries here too */
  'ade20k-semantic-swin-large': { ...ADE20K, backbone: SWIN_LARGE },
  /** PQ 39.7 */
  'ade20k-panoptic-r50': { ...ADE20K, backbone: RESNET50 },
  /** PQ 48.1 */
  'ade20k-panoptic-swin-large': { ...ADE20K, numQueries: 200, backbone: SWIN_LARGE },
  /** AP 26.4 */
  'ade20k-instance-r50': { ...ADE20K_INSTANCE, backbone: RESNET50 },
  /** AP 34.9 */
  'ade20k-instance-swin-large': { ...ADE20K_INSTANCE, numQueries: 200, backbone: SWIN_LARGE },
  /** PQ 62.1 on Cityscapes val */
  'cityscapes-panoptic-r50': { ...CITYSCAPES, backbone: RESNET50 },
  /** PQ 62.4 */
  'cityscapes-panoptic-r101': { ...CITYSCAPES, backbone: RESNET101 },
  /** PQ 63.9 */
  'cityscapes-panoptic-swin-tiny': { ...CITYSCAPES, backbone: SWIN_TINY },
  /** PQ 64.8 */
  'cityscapes-panoptic-swin-small': { ...CITYSCAPES, backbone: SWIN_SMALL },
  /** PQ 66.1 from ImageNet-21k */
  'cityscapes-panoptic-swin-base': { ...CITYSCAPES, backbone: SWIN_BASE },
  /** PQ 66.6 */
  'cityscapes-panoptic-swin-large': { ...CITYSCAPES, numQueries: 200, backbone: SWIN_LARGE },
  /** AP 37.4 */
  'cityscapes-instance-r50': { ...CITYSCAPES_INSTANCE, backbone: RESNET50 },
  /** AP 38.5 */
  'cityscapes-instance-r101': { ...CITYSCAPES_INSTANCE, backbone: RESNET101 },
  /** AP 39.7 */
  'cityscapes-instance-swin-tiny': { ...CITYSCAPES_INSTANCE, backbone: SWIN_TINY },
  /** AP 41.8 */
  'cityscapes-instance-swin-small': { ...CITYSCAPES_INSTANCE, backbone: SWIN_SMALL },
  /** AP 42.0 from ImageNet-21k */
  'cityscapes-instance-swin-base': { ...CITYSCAPES_INSTANCE, backbone: SWIN_BASE },
  /** AP 43.7 */
  'cityscapes-instance-swin-large': { ...CITYSCAPES_INSTANCE, numQueries: 200, backbone: SWIN_LARGE },
  /** mIoU 79.4 */
  'cityscapes-semantic-r50': { ...CITYSCAPES, backbone: RESNET50 },
  /** mIoU 80.1 */
  'cityscapes-semantic-r101': { ...CITYSCAPES, backbone: RESNET101 },
  /** mIoU 82.1 */
  'cityscapes-semantic-swin-tiny': { ...CITYSCAPES, backbone: SWIN_TINY },
  /** mIoU 82.6 */
  'cityscapes-semantic-swin-small': { ...CITYSCAPES, backbone: SWIN_SMALL },
  /** mIoU 83.3 from ImageNet-21k */
  'cityscapes-semantic-swin-base': { ...CITYSCAPES, backbone: SWIN_BASE },
  /** mIoU 83.3; 100 queries here too */
  'cityscapes-semantic-swin-large': { ...CITYSCAPES, backbone: SWIN_LARGE },
} as const satisfies Record<string, Mask2FormerConfig>;
