import { COCO_PANOPTIC } from '../../description/data-set-categories.ts';
import type { ModelDescription } from '../../description/model-description.ts';
import { published } from '../../description/published.ts';
import type { Preprocessing } from '../../preprocess.ts';
import { MAX_DEEPLAB_PRESETS as MAX_DEEPLAB } from './presets.ts';

/** deeplab2's: −1 to 1, and 0 where there is no image. */
const squared = (side: number): Preprocessing => ({
  resize: { kind: 'square', side },
  divisor: 1,
  reachDivisor: 'pad',
  rescale: 1,
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
});

const maxDeepLab641 = published(COCO_PANOPTIC, squared(641));
const maxDeepLab1025 = published(COCO_PANOPTIC, squared(1025));

/** Published models of MaX-DeepLab by name. */
export const MAX_DEEPLAB_PUBLISHED = {
  'max-deeplab-s-coco': maxDeepLab1025(MAX_DEEPLAB['coco-panoptic-s']),
  'max-deeplab-s-coco-641': maxDeepLab641(MAX_DEEPLAB['coco-panoptic-s']),
  'max-deeplab-l-coco': maxDeepLab1025(MAX_DEEPLAB['coco-panoptic-l']),
} as const satisfies Readonly<Record<string, ModelDescription>>;
