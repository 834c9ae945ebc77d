import { ADE20K, CITYSCAPES, COCO_PANOPTIC } from '../../description/data-set-categories.ts';
import type { Inference, ModelDescription } from '../../description/model-description.ts';
import { published, SEMANTIC, shortestEdge } from '../../description/published.ts';
import { ORIGINAL_PREPROCESSING } from '../../preprocess.ts';
import { MASKFORMER_PRESETS as MASKFORMER } from './presets.ts';

const cocoUnpadded = published(COCO_PANOPTIC, { ...ORIGINAL_PREPROCESSING, divisor: 1 });
const ade20k512 = published(ADE20K, shortestEdge(512, 2048));
const ade20k640 = published(ADE20K, shortestEdge(640, 2560));
const cityscapes = published(CITYSCAPES, shortestEdge(1024, 2048));

/** MaskFormer's threshold of scores on ADE20K panoptic. */
const UNSURE: Inference = { scoreThreshold: 0.7 };

/** Published models of MaskFormer by name. */
export const MASKFORMER_PUBLISHED = {
  'maskformer-r50-coco': cocoUnpadded(MASKFORMER['coco-panoptic-r50']),
  'maskformer-r101-coco': cocoUnpadded(MASKFORMER['coco-panoptic-r101']),
  'maskformer-swin-t-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-tiny']),
  'maskformer-swin-s-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-small']),
  'maskformer-swin-b-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-base']),
  'maskformer-swin-l-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-large']),
  'maskformer-r50-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r50'], SEMANTIC),
  'maskformer-r101-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r101'], SEMANTIC),
  'maskformer-r101c-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r101c'], SEMANTIC),
  'maskformer-swin-t-ade20k': ade20k512(MASKFORMER['ade20k-semantic-swin-tiny'], SEMANTIC),
  'maskformer-swin-s-ade20k': ade20k512(MASKFORMER['ade20k-semantic-swin-small'], SEMANTIC),
  'maskformer-swin-b-ade20k': ade20k640(MASKFORMER['ade20k-semantic-swin-base'], SEMANTIC),
  'maskformer-swin-l-ade20k': ade20k640(MASKFORMER['ade20k-semantic-swin-large'], SEMANTIC),
  'maskformer-r50-ade20k-panoptic': ade20k640(MASKFORMER['ade20k-panoptic-r50'], UNSURE),
  'maskformer-r101-ade20k-panoptic': ade20k640(MASKFORMER['ade20k-panoptic-r101'], UNSURE),
  'maskformer-r101-cityscapes': cityscapes(MASKFORMER['cityscapes-semantic-r101'], SEMANTIC),
  'maskformer-r101c-cityscapes': cityscapes(MASKFORMER['cityscapes-semantic-r101c'], SEMANTIC),
} as const satisfies Readonly<Record<string, ModelDescription>>;
