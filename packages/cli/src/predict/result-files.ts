import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { type CocoPanopticJson, toCocoCategories } from '@seg/data';
import { type Category, drawOverlay, encodePanopticPng, encodePng, type RgbImage, type SegmentMap } from '@seg/image';

import type { InputImage } from './input-images.ts';
import type { InstanceResult } from './instance-results.ts';

/** Writes what prediction leaves in its folder: two pictures an image, and one file in COCO's panoptic format. */
export class ResultFiles {
  readonly folder: string;
  private readonly categories: readonly Category[];
  private readonly json: CocoPanopticJson;

  constructor(folder: string, categories: readonly Category[]) {
    this.folder = folder;
    this.categories = categories;
    this.json = { images: [], annotations: [], categories: toCocoCategories(categories) };
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
