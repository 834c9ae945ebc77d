import { COCO_PANOPTIC } from '../../description/data-set-categories.ts';
import type { Inference, ModelDescription } from '../../description/model-description.ts';
import { published, rescaled } from '../../description/published.ts';
import { PANOPTIC_SEGFORMER_PRESETS as PANOPTIC_SEGFORMER } from './presets.ts';

/** Li et al. 2022 pad nothing. */
const panopticSegFormer = published(COCO_PANOPTIC, rescaled(800, 1333, 1));

/** The authors' threshold with Swin-L and PVTv2-B5; the others keep 0.25. */
const SURE: Inference = { scoreThreshold: 0.3 };

/** Published models of Panoptic SegFormer by name. */
export const PANOPTIC_SEGFORMER_PUBLISHED = {
  'panoptic-segformer-r50-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-r50']),
  'panoptic-segformer-r101-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-r101']),
  'panoptic-segformer-swin-l-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-swin-large'], SURE),
  'panoptic-segformer-pvt-v2-b0-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b0']),
  'panoptic-segformer-pvt-v2-b2-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b2']),
  'panoptic-segformer-pvt-v2-b5-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b5'], SURE),
} as const satisfies Readonly<Record<string, ModelDescription>>;
