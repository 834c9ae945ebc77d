import type { KeyMap } from '@seg/checkpoint';
import type { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import { pvtV2Golden, swinGolden } from './backbone-only.ts';
import type { TapResult } from './compare-tap.ts';
import type { Golden } from './golden-file.ts';
import { mask2FormerGolden } from './mask2former.ts';
import { maskFormerGolden } from './maskformer.ts';
import { maxDeepLabGolden } from './max-deeplab.ts';
import { panopticSegFormerGolden } from './panoptic-segformer.ts';
import { soloGolden } from './solo.ts';

/** How one system is built from a golden file and where its taps are. */
export type GoldenModel = {
  keyMap: KeyMap;
  /** Keys of the file that hold nothing. */
  ignored: (key: string) => boolean;
  create(params: ParamStore): { run(pixels: tf.Tensor4D): void };
  /** Path of the model's tap for a golden's name, or null where the golden records something else. */
  tapPath(name: string): string | null;
  /** What a tap may hold as well, where a tie within the golden's noise can fall either way; see compareTap. */
  others?(name: string, tapped: ReadonlyMap<string, tf.Tensor>): Promise<ArrayLike<number> | undefined>;
  /** What is decoded from tapped values, compared too. */
  decoded?: { paths: readonly string[]; check(tapped: ReadonlyMap<string, tf.Tensor>): AsyncIterable<TapResult> };
};

/** @throws Error naming the model, where no system is known by it */
export function goldenModel(golden: Golden): GoldenModel {
  switch (golden.model) {
    case 'mask2former':
      return mask2FormerGolden(golden);
    case 'maskformer':
      return maskFormerGolden(golden);
    case 'solo':
    case 'decoupled_solo':
    case 'solov2':
      return soloGolden(golden);
    case 'max_deeplab_s':
    case 'max_deeplab_l':
      return maxDeepLabGolden(golden);
    case 'panoptic_segformer_r50':
      return panopticSegFormerGolden(golden);
    case 'pvtv2_b2':
      return pvtV2Golden(golden);
    case 'swin_l':
      return swinGolden(golden);
    default:
      throw new Error(`verify: expected a model that can be built, got ${golden.model}`);
  }
}
