import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import type { RgbImage } from '@seg/core';
import { type CocoPanopticJson, encodePanopticPng, encodePng, type PanopticCategory } from '@seg/data';
import { type SegmentMap, segmentColors } from '@seg/postprocess';

import { drawOverlay } from '../render/overlay.ts';
import type { InputImage } from './input-images.ts';
import type { InstanceResult } from './instance-results.ts';
import type { ModelCategory } from './segmenter.ts';

/** Writes what prediction leaves in its folder: two pictures an image, and one file in COCO's panoptic format. */
export class ResultFiles {
  readonly folder: string;
  private readonly categories: readonly PanopticCategory[];
  private readonly json: CocoPanopticJson;

  constructor(folder: string, categories: readonly ModelCategory[]) {
    this.folder = folder;
    this.categories = cocoCategories(categories);
    this.json = { images: [], annotations: [], categories: [...this.categories] };
  }

  /** `<name>.overlay.png` and `<name>.panoptic.png`. */
  async addImage(input: InputImage, imageId: number, image: RgbImage, map: SegmentMap): Promise<void> {
    const file_name = `${input.name}.panoptic.png`;
    const overlay = encodePng(drawOverlay(image, map, this.categories));
    await writeFileAtomic(path.join(this.folder, `${input.name}.overlay.png`), overlay);
    await writeFileAtomic(path.join(this.folder, file_name), encodePanopticPng(map));
    const { width, height } = input.size;
    this.json.images.push({ id: imageId, file_name: path.basename(input.file), width, height });
    const segments_info = map.segments.map(({ id, category, area, bbox }) => {
      return { id, category_id: this.categories[category].id, area, bbox, iscrowd: 0 as const };
    });
    this.json.annotations.push({ image_id: imageId, file_name, segments_info });
  }

  /** `panoptic.json`, and `instances.json` where there are instances. */
  async finish(instances: readonly InstanceResult[] | null): Promise<void> {
    await writeFileAtomic(path.join(this.folder, 'panoptic.json'), `${JSON.stringify(this.json)}\n`);
    if (instances === null) return;
    await writeFileAtomic(path.join(this.folder, 'instances.json'), `${JSON.stringify(instances)}\n`);
  }
}

function cocoCategories(categories: readonly ModelCategory[]): PanopticCategory[] {
  const claims = categories.map(({ isThing }, index) => ({ id: index, category: index, isThing }));
  const colors = segmentColors(
    claims,
    categories.map(({ color }) => color),
  );
  return categories.map(({ id, name, isThing }, index) => ({
    id,
    name,
    isthing: isThing ? 1 : 0,
    color: colors.get(index)!,
    supercategory: isThing ? 'thing' : 'stuff',
  }));
}
