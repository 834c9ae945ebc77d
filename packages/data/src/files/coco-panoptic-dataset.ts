import path from 'node:path';
import { FormatError, utf8Text } from '@seg/checkpoint/safetensors';
import { type Category, decodePanopticPng, type IdMap, type RgbImage } from '@seg/image';
import { readBytes, readImage } from '@seg/image/node';

import { fromCocoCategories } from '../data-sets/coco-categories.ts';
import type { CocoPanopticAnnotation, CocoPanopticJson } from '../data-sets/coco-panoptic-json.ts';
import type { PanopticDataset, PanopticSample } from '../data-sets/panoptic-sample.ts';
import { parseCocoPanoptic } from '../data-sets/parse-coco-panoptic.ts';
import { expectIndex } from '../expect-number.ts';

/** Paths of the parts of a COCO panoptic set. */
export type CocoPanopticFiles = {
  /** The annotation file. */
  json: string;
  /** Folder of the photographs. */
  images: string;
  /** Folder of the PNGs with segment ids. */
  panoptic: string;
};

/** A COCO panoptic data set on disk. Reads an image when asked for it and checks it against the annotations. */
export class CocoPanopticDataset implements PanopticDataset {
  readonly files: CocoPanopticFiles;
  readonly json: CocoPanopticJson;
  readonly categories: readonly Category[];

  constructor(files: CocoPanopticFiles, json: CocoPanopticJson) {
    this.files = files;
    this.json = json;
    this.categories = fromCocoCategories(json.categories);
  }

  /** @throws FormatError where the annotation file is not one */
  static async open(files: CocoPanopticFiles): Promise<CocoPanopticDataset> {
    const text = utf8Text(files.json, await readBytes(files.json), 'JSON');
    return new CocoPanopticDataset(files, parseCocoPanoptic(text, files.json));
  }

  get length(): number {
    return this.json.annotations.length;
  }

  /** @throws FormatError where the image, its ids and the annotation do not agree */
  async read(index: number): Promise<PanopticSample> {
    expectIndex('CocoPanopticDataset.read', index, this.length);
    const annotation = this.json.annotations[index];
    const entry = this.json.images.find(({ id }) => id === annotation.image_id)!;
    const image = await readImage(path.join(this.files.images, entry.file_name));
    const { ids } = await readPanopticIds(path.join(this.files.panoptic, annotation.file_name), annotation, image);
    checkSize(path.join(this.files.images, entry.file_name), image, entry);
    return { name: entry.file_name, image, ids, segments: annotation.segments_info };
  }
}

/**
 * Segment ids of one annotation, checked: the image's size, and the same ids in the PNG as in the JSON.
 *
 * @throws FormatError
 */
export async function readPanopticIds(
  file: string,
  annotation: CocoPanopticAnnotation,
  size: Pick<RgbImage, 'width' | 'height'>,
): Promise<IdMap> {
  const map = await decodePanopticPng(await readBytes(file), file);
  checkSize(file, map, size);
  const [painted, listed] = [new Set(map.ids), new Set(annotation.segments_info.map(({ id }) => id))];
  for (const id of painted) {
    if (id !== 0 && !listed.has(id)) throw new FormatError(`${file}: expected ids of the annotation, got ${id}`);
  }
  for (const id of listed) {
    if (!painted.has(id)) throw new FormatError(`${file}: expected a pixel with id ${id} of the annotation, got none`);
  }
  return map;
}

type Sized = { width: number; height: number };

function checkSize(file: string, found: Sized, expected: Sized): void {
  if (found.width === expected.width && found.height === expected.height) return;
  const [want, got] = [`${expected.width}x${expected.height}`, `${found.width}x${found.height}`];
  throw new FormatError(`${file}: expected ${want} pixels, got ${got}`);
}
