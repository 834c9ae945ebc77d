import { COCO_INSTANCE } from '../../description/data-set-categories.ts';
import type { ModelDescription } from '../../description/model-description.ts';
import { published, rescaled } from '../../description/published.ts';
import { SOLO_PRESETS as SOLO } from './presets.ts';

/** mmdetection's `Pad(size_divisor=32)`: Wang et al. 2020 (SOLO). */
const solo = published(COCO_INSTANCE, rescaled(800, 1333, 32));
const solo512 = published(COCO_INSTANCE, rescaled(512, 852, 32));
const solo448 = published(COCO_INSTANCE, rescaled(448, 768, 32));

/** Published models of SOLO by name. */
export const SOLO_PUBLISHED = {
  'solo-r50-coco': solo(SOLO['coco-solo-r50']),
  'solo-r101-coco': solo(SOLO['coco-solo-r101']),
  'decoupled-solo-r50-coco': solo(SOLO['coco-decoupled-solo-r50']),
  'decoupled-solo-r101-coco': solo(SOLO['coco-decoupled-solo-r101']),
  'decoupled-solo-light-r50-coco': solo512(SOLO['coco-decoupled-solo-light-r50']),
  'solov2-r50-coco': solo(SOLO['coco-solov2-r50']),
  'solov2-r101-coco': solo(SOLO['coco-solov2-r101']),
  'solov2-light-r18-coco': solo448(SOLO['coco-solov2-light-448-r18']),
  'solov2-light-r34-coco': solo448(SOLO['coco-solov2-light-448-r34']),
  'solov2-light-r50-coco': solo448(SOLO['coco-solov2-light-448-r50']),
} as const satisfies Readonly<Record<string, ModelDescription>>;
