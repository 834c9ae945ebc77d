import {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from '../../description/data-set-categories.ts';
import type { ModelDescription } from '../../description/model-description.ts';
import { published, SEMANTIC, shortestEdge } from '../../description/published.ts';
import { ORIGINAL_PREPROCESSING } from '../../preprocess.ts';
import { MASK2FORMER_PRESETS as MASK2FORMER } from './presets.ts';

const cocoPanoptic = published(COCO_PANOPTIC, ORIGINAL_PREPROCESSING);
const cocoInstance = published(COCO_INSTANCE, ORIGINAL_PREPROCESSING);
const ade20k512 = published(ADE20K, shortestEdge(512, 2048));
const ade20k640 = published(ADE20K, shortestEdge(640, 2560));
const ade20kInstance = published(ADE20K_INSTANCE, shortestEdge(640, 2560));
const cityscapes = published(CITYSCAPES, shortestEdge(1024, 2048));
const cityscapesInstance = published(CITYSCAPES_INSTANCE, shortestEdge(1024, 2048));

/** Published models of Mask2Former by name. */
export const MASK2FORMER_PUBLISHED = {
  'mask2former-r50-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-r50']),
  'mask2former-r101-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-r101']),
  'mask2former-swin-t-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-tiny']),
  'mask2former-swin-s-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-small']),
  'mask2former-swin-b-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-base']),
  'mask2former-swin-l-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-large']),
  'mask2former-r50-coco-instance': cocoInstance(MASK2FORMER['coco-instance-r50']),
  'mask2former-r101-coco-instance': cocoInstance(MASK2FORMER['coco-instance-r101']),
  'mask2former-swin-t-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-tiny']),
  'mask2former-swin-s-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-small']),
  'mask2former-swin-b-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-base']),
  'mask2former-swin-l-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-large']),
  'mask2former-r50-ade20k-panoptic': ade20k640(MASK2FORMER['ade20k-panoptic-r50']),
  'mask2former-swin-l-ade20k-panoptic': ade20k640(MASK2FORMER['ade20k-panoptic-swin-large']),
  'mask2former-r50-ade20k-instance': ade20kInstance(MASK2FORMER['ade20k-instance-r50']),
  'mask2former-swin-l-ade20k-instance': ade20kInstance(MASK2FORMER['ade20k-instance-swin-large']),
  'mask2former-r50-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-r50'], SEMANTIC),
  'mask2former-r101-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-r101'], SEMANTIC),
  'mask2former-swin-t-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-swin-tiny'], SEMANTIC),
  'mask2former-swin-s-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-swin-small'], SEMANTIC),
  'mask2former-swin-b-ade20k-semantic': ade20k640(MASK2FORMER['ade20k-semantic-swin-base'], SEMANTIC),
  'mask2former-swin-l-ade20k-semantic': ade20k640(MASK2FORMER['ade20k-semantic-swin-large'], SEMANTIC),
  'mask2former-r50-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-r50']),
  'mask2former-r101-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-r101']),
  'mask2former-swin-t-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-tiny']),
  'mask2former-swin-s-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-small']),
  'mask2former-swin-b-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-base']),
  'mask2former-swin-l-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-large']),
  'mask2former-r50-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-r50']),
  'mask2former-r101-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-r101']),
  'mask2former-swin-t-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-tiny']),
  'mask2former-swin-s-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-small']),
  'mask2former-swin-b-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-base']),
  'mask2former-swin-l-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-large']),
  'mask2former-r50-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-r50'], SEMANTIC),
  'mask2former-r101-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-r101'], SEMANTIC),
  'mask2former-swin-t-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-tiny'], SEMANTIC),
  'mask2former-swin-s-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-small'], SEMANTIC),
  'mask2former-swin-b-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-base'], SEMANTIC),
  'mask2former-swin-l-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-large'], SEMANTIC),
} as const satisfies Readonly<Record<string, ModelDescription>>;
