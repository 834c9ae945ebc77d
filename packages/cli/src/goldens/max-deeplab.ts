import { MAX_DEEPLAB_PRESETS, MaxDeepLab, type MaxDeepLabConfig } from '@seg/models';

import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

/** Keys and tap names of the golden are the model's own. */
export function maxDeepLabGolden(golden: Golden): GoldenModel {
  return {
    keyMap: [],
    ignored: () => false,
    create: (params) => {
      const model = new MaxDeepLab(params, maxDeepLabConfig(golden));
      return { run: (pixels) => void model.forwardAll(pixels) };
    },
    tapPath: (name) => name,
  };
}

export function maxDeepLabConfig({ model, config }: Golden): MaxDeepLabConfig {
  const preset = MAX_DEEPLAB_PRESETS[model === 'max_deeplab_l' ? 'coco-panoptic-l' : 'coco-panoptic-s'];
  return { ...preset, numClasses: config.classes as number, numSlots: config.slots as number };
}
