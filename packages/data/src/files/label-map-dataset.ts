import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import { type Category, decodeLabelPng } from '@seg/image';
import { readBytes, readImage } from '@seg/image/node';

import type { PanopticDataset, PanopticSample } from '../data-sets/panoptic-sample.ts';

/** Options of `LabelMapDataset`: the meaning of its labels. */
export type LabelMapOptions = {
  /** In the order of the labels: category `i` is painted as `i`. */
  categories: readonly Category[];
  /** Labels that mean nothing and become void. Any label that is neither is refused. */
  ignored?: readonly number[];
};

/**
 * Semantic ground truth as index PNGs: `images/NAME.jpg` or `.png` beside `labels/NAME.png`, gray or with a palette. Each class of an image is one segment, with id = label + 1.
 */
export class LabelMapDataset implements PanopticDataset {
  readonly folder: string;
  readonly names: readonly string[];
  readonly categories: readonly Category[];
  private readonly ignored: ReadonlySet<number>;

  constructor(folder: string, names: readonly string[], { categories, ignored = [255] }: LabelMapOptions) {
    this.folder = folder;
    this.names = names;
    this.categories = categories;
    this.ignored = new Set(ignored);
  }

  /** @throws FormatError where there is no folder `images` with pictures in it */
  static async open(folder: string, options: LabelMapOptions): Promise<LabelMapDataset> {
    const images = path.join(folder, 'images');
    const entries = await readdir(images).catch((error: unknown) => {
      throw new FormatError(`LabelMapDataset: expected a folder ${images}, got ${systemReason(error)}`);
    });
    const names = entries.filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
    if (names.length === 0) throw new FormatError(`LabelMapDataset: expected pictures in ${images}, got none`);
    return new LabelMapDataset(folder, names, options);
  }

  get length(): number {
    return this.names.length;
  }

  /** @throws FormatError where the labels do not fit the image or the categories */
  async read(index: number): Promise<PanopticSample> {
    const name = this.names[index];
    const image = await readImage(path.join(this.folder, 'images', name));
    const file = path.join(this.folder, 'labels', `${path.parse(name).name}.png`);
    const map = await decodeLabelPng(await readBytes(file), file);
    if (map.width !== image.width || map.height !== image.height) {
      const found = `${map.width}x${map.height}`;
      throw new FormatError(`${file}: expected ${image.width}x${image.height} labels, got ${found}`);
    }
    const ids = Int32Array.from(map.labels, (label) => (this.ignored.has(label) ? 0 : label + 1));
    const labels = [...new Set(ids)].filter((id) => id !== 0).map((id) => id - 1);
    const unknown = labels.find((label) => label >= this.categories.length);
    if (unknown !== undefined) {
      throw new FormatError(`${file}: expected labels below ${this.categories.length}, got ${unknown}`);
    }
    const segments = labels
      .sort((a, b) => a - b)
      .map((label) => ({ id: label + 1, category_id: this.categories[label].id, iscrowd: 0 as const }));
    return { name, image, ids, segments };
  }
}
