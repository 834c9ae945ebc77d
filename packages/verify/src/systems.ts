import type { GoldenKind } from './golden/golden.ts';
import { BACKBONE_GOLDENS } from './systems/backbones.ts';
import { MASK_CLASSIFICATION_LOSS_GOLDENS } from './systems/mask-classification-loss.ts';
import { MASK_CLASSIFICATION_MAP_GOLDENS } from './systems/mask-classification-maps.ts';
import { MASK2FORMER_GOLDENS } from './systems/mask2former.ts';
import { MASKFORMER_GOLDENS } from './systems/maskformer.ts';
import { MAX_DEEPLAB_GOLDENS } from './systems/max-deeplab.ts';
import { MAX_DEEPLAB_LOSS_GOLDENS } from './systems/max-deeplab-loss.ts';
import { PANOPTIC_SEGFORMER_GOLDENS } from './systems/panoptic-segformer.ts';
import { PANOPTIC_SEGFORMER_LOSS_GOLDENS } from './systems/panoptic-segformer-loss.ts';
import { PANOPTIC_SEGFORMER_MERGE_GOLDENS } from './systems/panoptic-segformer-merge.ts';
import { SOLO_GOLDENS } from './systems/solo.ts';
import { SOLO_LOSS_GOLDENS } from './systems/solo-loss.ts';

/** Every kind of golden file that is understood. */
export const GOLDEN_KINDS: readonly GoldenKind[] = [
  ...MASK2FORMER_GOLDENS,
  ...MASKFORMER_GOLDENS,
  ...MASK_CLASSIFICATION_LOSS_GOLDENS,
  ...MASK_CLASSIFICATION_MAP_GOLDENS,
  ...SOLO_GOLDENS,
  ...SOLO_LOSS_GOLDENS,
  ...MAX_DEEPLAB_GOLDENS,
  ...MAX_DEEPLAB_LOSS_GOLDENS,
  ...PANOPTIC_SEGFORMER_GOLDENS,
  ...PANOPTIC_SEGFORMER_LOSS_GOLDENS,
  ...PANOPTIC_SEGFORMER_MERGE_GOLDENS,
  ...BACKBONE_GOLDENS,
];
