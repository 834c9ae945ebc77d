import { expectOptions, expectValue, numberIn, oneOf } from '@seg/checkpoint/expect-options';
import { expectIndex, expectNumber } from '../expect-number.ts';
import { SCENE_CATEGORIES } from '../scenes/categories.ts';
import { generateScene } from '../scenes/generate-scene.ts';
import { SCENE_SPLITS, type SceneSplit, sceneSeed } from '../scenes/splits.ts';
import type { PanopticDataset, PanopticSample } from './panoptic-sample.ts';

/** Options of `SceneDataset`: split, number and size of its scenes. */
export type SceneDatasetOptions = { split: SceneSplit; length: number; height?: number; width?: number };

const A_SIDE = numberIn({ least: 1, isWhole: true });
const OPTIONS = {
  split: oneOf(...Object.keys(SCENE_SPLITS)),
  length: numberIn({ least: 0, isWhole: true }),
  height: A_SIDE,
  width: A_SIDE,
};

/** Generated scenes as a data set: nothing is stored, scene `i` is made from seed `i` of its split when read. */
export class SceneDataset implements PanopticDataset {
  readonly categories = SCENE_CATEGORIES;
  readonly length: number;
  private readonly options: SceneDatasetOptions;

  constructor(options: SceneDatasetOptions) {
    expectOptions('SceneDataset', options ?? null, OPTIONS);
    expectValue('SceneDataset', 'split', options.split, OPTIONS.split);
    const { split, length } = options;
    expectNumber('SceneDataset', 'length', length, { least: 0, most: SCENE_SPLITS[split]?.count ?? 0, isWhole: true });
    this.length = length;
    this.options = options;
  }

  async read(index: number): Promise<PanopticSample> {
    expectIndex('SceneDataset.read', index, this.length);
    const { split, height, width } = this.options;
    const { image, panoptic, segments } = generateScene({ seed: sceneSeed(split, index), height, width });
    return {
      name: `${split}-${String(index).padStart(6, '0')}.png`,
      image,
      ids: panoptic,
      segments: segments.map(({ id, category_id }) => ({ id, category_id, iscrowd: 0 })),
    };
  }
}
