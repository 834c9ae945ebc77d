import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { PanopticQuality } from '@seg/coco-eval';
import { type CocoPanopticAnnotation, type CocoPanopticJson, parseCocoPanoptic } from '@seg/data';
import { readPanopticIds } from '@seg/data/node';
import type { Category } from '@seg/image';
import { readBytes } from '@seg/image/node';
import type { SegmentMap } from '@seg/postprocess';

import type { InputImage } from './input-images.ts';

/** Ground truth of some of the images, and the quality of what has been predicted for them. */
export class GroundTruth {
  private readonly json: CocoPanopticJson;
  private readonly folder: string;
  private readonly annotations: ReadonlyMap<string, CocoPanopticAnnotation>;
  private readonly quality: PanopticQuality;

  constructor(json: CocoPanopticJson, folder: string, annotations: ReadonlyMap<string, CocoPanopticAnnotation>) {
    this.json = json;
    this.folder = folder;
    this.annotations = annotations;
    this.quality = new PanopticQuality({ categories: json.categories });
  }

  /**
   * Reads a COCO panoptic file and, for the images at hand, its PNGs from the folder of the same name (as COCO has
   * `panoptic_val2017.json` beside `panoptic_val2017/`).
   *
   * @throws FormatError where a file is not what it should be, or no image is in it
   */
  static async open(file: string, inputs: readonly InputImage[]): Promise<GroundTruth> {
    const json = parseCocoPanoptic(new TextDecoder().decode(await readBytes(file)), file);
    const names = new Map(json.images.map(({ id, file_name }) => [id, path.parse(file_name).name]));
    const byName = new Map(json.annotations.map((annotation) => [names.get(annotation.image_id)!, annotation]));
    const folder = file.replace(/\.json$/i, '');
    const annotations = new Map<string, CocoPanopticAnnotation>();
    for (const { name, size } of inputs) {
      const annotation = byName.get(name);
      if (annotation === undefined) continue;
      await readPanopticIds(path.join(folder, annotation.file_name), annotation, size);
      annotations.set(name, annotation);
    }
    if (annotations.size === 0) throw new FormatError(`${file}: expected ground truth of an image, got other images'`);
    return new GroundTruth(json, folder, annotations);
  }

  /** @throws Error where the model knows a category that the ground truth does not */
  checkCategories(categories: readonly Category[]): void {
    const known = new Set(this.json.categories.map(({ id }) => id));
    const stranger = categories.find(({ id }) => !known.has(id));
    if (stranger === undefined) return;
    throw new Error(`predict: expected ground truth with the model's categories, got none with id ${stranger.id}`);
  }

  /** The id of the image in the ground truth, null where it has none. */
  imageId({ name }: InputImage): number | null {
    return this.annotations.get(name)?.image_id ?? null;
  }

  /** Compares a prediction with its ground truth, if there is one. */
  async add({ name, size }: InputImage, { ids, segments }: SegmentMap, categories: readonly Category[]): Promise<void> {
    const annotation = this.annotations.get(name);
    if (annotation === undefined) return;
    const truth = await readPanopticIds(path.join(this.folder, annotation.file_name), annotation, size);
    this.quality.add({
      groundTruth: { ids: truth.ids, segments: annotation.segments_info },
      prediction: { ids, segments: segments.map(({ id, category }) => ({ id, category_id: categories[category].id })) },
    });
  }

  /** Panoptic quality in percent, and over how many images. */
  result(): { pq: number; images: number } {
    const { all, images } = this.quality.result();
    return { pq: 100 * all.pq, images };
  }
}
