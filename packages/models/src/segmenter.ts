import type { RgbImage } from '@seg/core';
import { type InstanceList, instances, panopticMap, type SegmentMap, semanticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import type { Category } from './loading/categories.ts';
import { type LoadedModel, loadModel } from './loading/load-model.ts';
import { MaskFormer } from './maskformer/maskformer.ts';
import { preprocess } from './preprocess.ts';

export type Task = 'panoptic' | 'instance' | 'semantic';

export type SegmentOptions = {
  /** Least score of a segment. Default: the rule's, 0.8 for panoptic segments. */
  threshold?: number;
  /** Whose post-processing. Default: the original's. */
  rule?: 'original' | 'huggingface';
};

/** Images in, segments out. Owns its model. */
export class Segmenter {
  readonly loaded: LoadedModel;

  constructor(loaded: LoadedModel) {
    this.loaded = loaded;
  }

  /** @param pathOrUrl Of a model folder; see {@link loadModel} */
  static async load(pathOrUrl: string): Promise<Segmenter> {
    return new Segmenter(await loadModel(pathOrUrl));
  }

  get categories(): Category[] {
    return this.loaded.categories;
  }

  /** Class indices of things. */
  get things(): ReadonlySet<number> {
    return new Set(this.categories.flatMap(({ isThing }, index) => (isThing ? [index] : [])));
  }

  /** One image: overlapping instances, or a map in which every pixel has at most one segment. */
  segment(image: RgbImage, options: SegmentOptions & { task: 'instance' }): Promise<InstanceList>;
  segment(image: RgbImage, options?: SegmentOptions & { task?: 'panoptic' | 'semantic' }): Promise<SegmentMap>;
  segment(image: RgbImage, options?: SegmentOptions & { task?: Task }): Promise<InstanceList | SegmentMap>;
  async segment(
    image: RgbImage,
    { task = 'panoptic', threshold, rule = 'original' }: SegmentOptions & { task?: Task } = {},
  ) {
    const { pixels, geometry } = preprocess([image], this.loaded.preprocessing);
    const prediction = this.loaded.model.forward(pixels);
    pixels.dispose();
    const { things } = this;
    const { inference = {}, model } = this.loaded;
    const published = rule === 'huggingface' ? rule : model instanceof MaskFormer ? 'maskformer' : 'mask2former';
    const scoreThreshold = threshold ?? inference.scoreThreshold;
    try {
      switch (task) {
        case 'panoptic':
          return await panopticMap(prediction, geometry[0], { ...inference, things, rule: published, scoreThreshold });
        case 'instance':
          return await instances(prediction, geometry[0], {
            things,
            rule: rule === 'huggingface' ? rule : 'mask2former',
            scoreThreshold,
          });
        case 'semantic':
          return await semanticMap(prediction, geometry[0], {
            things,
            rule: rule === 'huggingface' ? rule : 'masks-first',
          });
        default:
          throw task satisfies never;
      }
    } finally {
      tf.dispose(prediction);
    }
  }

  dispose(): void {
    this.loaded.model.dispose();
  }
}
