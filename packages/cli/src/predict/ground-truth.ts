import path from 'node:path';
import { FormatError, utf8Text } from '@seg/checkpoint';
import { PanopticQuality } from '@seg/coco-eval';
import { type CocoPanopticAnnotation, type CocoPanopticJson, parseCocoPanoptic } from '@seg/data';
import { readPanopticIds } from '@seg/data/node';
import type { RgbImage } from '@seg/image';
import { readBytes } from '@seg/image/node';

import type { InputImage } from './input-images.ts';
import type { PredictionRecord } from './record.ts';

/** Ground truth of some of the images, and the quality of what has been predicted for them. */
export class GroundTruth {
  private readonly folder: string;
  private readonly annotations: ReadonlyMap<string, CocoPanopticAnnotation>;
  private readonly quality: PanopticQuality;

  constructor(json: CocoPanopticJson, folder: string, annotations: ReadonlyMap<string, CocoPanopticAnnotation>) {
    this.folder = folder;
    this.annotations = annotations;
    this.quality = new PanopticQuality({ categories: json.categories });
  }

  /**
   * Reads a COCO panoptic file, whose PNGs are in the folder of the same name (as COCO has `panoptic_val2017.json` beside
   * `panoptic_val2017/`). They are read as their images come.
   *
   * @throws FormatError where the file is not what it should be, or no image is in it
   */
  static async open(file: string, inputs: readonly InputImage[]): Promise<GroundTruth> {
    const json = parseCocoPanoptic(utf8Text(file, await readBytes(file), 'JSON'), file);
    const names = new Map(json.images.map(({ id, file_name }) => [id, path.parse(file_name).name]));
    const byName = new Map(json.annotations.map((annotation) => [names.get(annotation.image_id)!, annotation]));
    const wanted = new Set(inputs.map(({ name }) => name));
    const annotations = new Map([...byName].filter(([name]) => wanted.has(name)));
    if (annotations.size === 0) throw new FormatError(`${file}: expected ground truth of an image, got other images'`);
    return new GroundTruth(json, file.replace(/\.json$/i, ''), annotations);
  }

  /** Compares what was written for an image with its ground truth, if there is one. */
  async add({ name }: InputImage, folder: string, { image, annotation }: PredictionRecord): Promise<void> {
    if (!this.annotations.has(name)) return;
    const { ids } = await readPanopticIds(path.join(folder, annotation.file_name), annotation, image);
    await this.compare(name, image, { ids, segments: annotation.segments_info });
  }

  private async compare(
    name: string,
    size: Pick<RgbImage, 'width' | 'height'>,
    prediction: { ids: Int32Array; segments: { id: number; category_id: number }[] },
  ): Promise<void> {
    const annotation = this.annotations.get(name);
    if (annotation === undefined) return;
    const truth = await readPanopticIds(path.join(this.folder, annotation.file_name), annotation, size);
    this.quality.add({ groundTruth: { ids: truth.ids, segments: annotation.segments_info }, prediction });
  }

  /** Panoptic quality in percent, and over how many images. */
  result(): { pq: number; images: number } {
    const { all, images } = this.quality.result();
    return { pq: 100 * all.pq, images };
  }
}
