import { RESNET50, RESNET101, RESNET101C } from '../../backbones/resnet.ts';
import { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY } from '../../backbones/swin.ts';
import type { MaskFormerConfig } from './config.ts';

/** Common to all published models: Cheng et al. 2021, section 4.1 and the configs of the original repository. */
const COMMON = {
  model: 'maskformer',
  numQueries: 100,
  fpnDim: 256,
  dim: 256,
  maskDim: 256,
  numHeads: 8,
  ffnDim: 2048,
  numEncoderLayers: 0,
  numDecoderLayers: 6,
  dropout: 0.1,
} as const;

const ADE20K = { ...COMMON, numClasses: 150 };
const CITYSCAPES = { ...COMMON, numClasses: 19 };
const COCO = { ...COMMON, numClasses: 133 };

/**
 * Published models by data set, task and backbone, with the figure of the original repository's model zoo: mIoU at
 * single scale, or PQ.
 */
export const MASKFORMER_PRESETS = {
  /** mIoU 44.5 on ADE20K val */
  'ade20k-semantic-r50': { ...ADE20K, backbone: RESNET50 },
  /** mIoU 45.5 */
  'ade20k-semantic-r101': { ...ADE20K, backbone: RESNET101 },
  /** mIoU 46.0 */
  'ade20k-semantic-r101c': { ...ADE20K, backbone: RESNET101C },
  /** mIoU 46.7 */
  'ade20k-semantic-swin-tiny': { ...ADE20K, backbone: SWIN_TINY },
  /** mIoU 49.8 */
  'ade20k-semantic-swin-small': { ...ADE20K, backbone: SWIN_SMALL },
  /** mIoU 52.7 from ImageNet-22k */
  'ade20k-semantic-swin-base': { ...ADE20K, backbone: SWIN_BASE },
  /** mIoU 54.1 */
  'ade20k-semantic-swin-large': { ...ADE20K, backbone: SWIN_LARGE },
  /** PQ 46.5 on COCO val2017 */
  'coco-panoptic-r50': { ...COCO, numEncoderLayers: 6, backbone: RESNET50 },
  /** PQ 47.6 */
  'coco-panoptic-r101': { ...COCO, numEncoderLayers: 6, backbone: RESNET101 },
  /** PQ 47.7 */
  'coco-panoptic-swin-tiny': { ...COCO, backbone: SWIN_TINY },
  /** PQ 49.7 */
  'coco-panoptic-swin-small': { ...COCO, backbone: SWIN_SMALL },
  /** PQ 51.8 */
  'coco-panoptic-swin-base': { ...COCO, backbone: SWIN_BASE },
  /** PQ 52.7 */
  'coco-panoptic-swin-large': { ...COCO, backbone: SWIN_LARGE },
  /** PQ 34.7 on ADE20K val */
  'ade20k-panoptic-r50': { ...ADE20K, numEncoderLayers: 6, backbone: RESNET50 },
  /** PQ 35.7 */
  'ade20k-panoptic-r101': { ...ADE20K, numEncoderLayers: 6, backbone: RESNET101 },
  /** mIoU 78.5 on Cityscapes val */
  'cityscapes-semantic-r101': { ...CITYSCAPES, backbone: RESNET101 },
  /** mIoU 79.7 */
  'cityscapes-semantic-r101c': { ...CITYSCAPES, backbone: RESNET101C },
} as const satisfies Record<string, MaskFormerConfig>;
