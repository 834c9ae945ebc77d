import { FormatError } from '@seg/checkpoint/safetensors';
import { type Category, decodeImage, type ImageHeader, type ImageSize, readImageHeader } from '@seg/image';
import { readBytes } from '@seg/image/node';

import { type FaultSink, refuseErrors, skipFaults } from '../data-sets/data-fault.ts';
import type { DatasetTask, MaskDataset, MaskSample, MaskSegment } from '../data-sets/mask-sample.ts';
import { expectIndex } from '../expect-number.ts';
import type { BoxMask } from '../masks/box-mask.ts';
import { turnMask } from '../masks/turn-mask.ts';
import type { DatasetOptions } from './dataset-options.ts';

/** Layouts that `openDataset` tells apart. */
export type DatasetFormat =
  | 'ade20k'
  | 'cityscapes'
  | 'coco'
  | 'coco-panoptic'
  | 'cvat'
  | 'label-maps'
  | 'labelme'
  | 'object-masks'
  | 'voc'
  | 'yolo';

/** Masks of one image, at the size at which they were annotated. */
export type AnnotatedMasks = { size: ImageSize; segments: MaskSegment[]; unknown: BoxMask | null };

/** One image of a data set on disk, and the way to its masks. */
export type DatasetItem = {
  /** Unique in the data set. */
  name: string;
  /** Path of the image. */
  file: string;
  /** Height and width that the annotations say, null where they say none. */
  size: ImageSize | null;
  /** Number of objects where the annotations say it, null where only reading tells. */
  count: number | null;
  /** Files of its own that the masks are read from, or the folder of these; none where the files of the whole have them. */
  sources: readonly string[];
  /**
   * Reads the masks.
   *
   * @param size Height and width of the upright image, for formats that say none
   */
  masks(size: ImageSize, report: FaultSink): AnnotatedMasks | Promise<AnnotatedMasks>;
};

/** Data set on disk as a reader of its format found it. */
export type FileDatasetParts = {
  format: DatasetFormat;
  task: DatasetTask;
  /** Folder or file that was opened. */
  path: string;
  /** Options with which it was opened, so that another thread can open the same. */
  options: Omit<DatasetOptions, 'report'>;
  categories: readonly Category[];
  items: readonly DatasetItem[];
  /** Files that the whole is read from, where they are there: annotations, names of classes, lists of images. */
  files: readonly string[];
  /** Names of the splits of the folder; none where it has no such parts. */
  splits: readonly string[];
  /** Split that this is, null where there is only one whole. */
  split: string | null;
};

/** Path and size of an image. */
export type ImageInfo = { name: string; file: string; width: number; height: number };

/** A data set on disk, whatever its format. An image is read when it is asked for, and checked against its annotations. */
export class FileDataset implements MaskDataset {
  readonly format: DatasetFormat;
  readonly task: DatasetTask;
  readonly path: string;
  readonly options: Omit<DatasetOptions, 'report'>;
  readonly categories: readonly Category[];
  readonly items: readonly DatasetItem[];
  readonly files: readonly string[];
  readonly splits: readonly string[];
  readonly split: string | null;

  constructor(parts: FileDatasetParts) {
    this.format = parts.format;
    this.task = parts.task;
    this.path = parts.path;
    this.options = parts.options;
    this.categories = parts.categories;
    this.items = parts.items;
    this.files = parts.files;
    this.splits = parts.splits;
    this.split = parts.split;
  }

  private get report(): FaultSink {
    return this.options.skipFaults ? skipFaults : refuseErrors;
  }

  get length(): number {
    return this.items.length;
  }

  /** @throws RangeError where there is no such image */
  name(index: number): string {
    return this.itemAt('name', index).name;
  }

  /**
   * Tells the path and the upright size of an image from its header.
   *
   * @throws FormatError where the file is absent or no image
   */
  async info(index: number): Promise<ImageInfo> {
    const { name, file } = this.itemAt('info', index);
    const { width, height } = await readImageHeader(await readBytes(file), file);
    return { name, file, width, height };
  }

  /**
   * Reads an image and its masks. Photographs are turned upright by EXIF. Masks whose annotated size is that of the stored
   * pixels and not of the upright ones are turned with them.
   *
   * @param report Takes what is wrong with single objects. Default: errors are thrown, unless it was opened with `skipFaults`
   * @throws FormatError where a file is absent or damaged, or sizes do not agree
   */
  async read(index: number, report: FaultSink = this.report): Promise<MaskSample> {
    const { name, file } = this.itemAt('read', index);
    const bytes = await readBytes(file);
    const [header, image] = [await readImageHeader(bytes, file), await decodeImage(bytes, file)];
    const { segments, unknown } = await this.masksOf(index, header, report);
    return { name, image, segments, unknown };
  }

  /**
   * Reads the masks of an image without its pixels, upright.
   *
   * @throws FormatError as `read` does
   */
  async readMasks(index: number, report: FaultSink = this.report): Promise<AnnotatedMasks> {
    const { file } = this.itemAt('readMasks', index);
    return this.masksOf(index, await readImageHeader(await readBytes(file), file), report);
  }

  private itemAt(method: string, index: number): DatasetItem {
    expectIndex(`FileDataset.${method}`, index, this.length);
    return this.items[index];
  }

  private async masksOf(index: number, header: ImageHeader, report: FaultSink): Promise<AnnotatedMasks> {
    const item = this.items[index];
    const upright: ImageSize = [header.height, header.width];
    if (item.size !== null) orientationOf(item.size, header, item.file);
    const { size, segments, unknown } = await item.masks(upright, report);
    const orientation = orientationOf(size, header, item.file);
    if (orientation === 1) return { size, segments, unknown };
    const turned = (mask: BoxMask) => turnMask(mask, size, orientation);
    return {
      size: upright,
      segments: segments.map((segment) => ({ ...segment, mask: turned(segment.mask) })),
      unknown: unknown && turned(unknown),
    };
  }
}

/**
 * Tells the turn from annotations to the upright image: none where the sizes agree, EXIF's where that of the stored pixels
 * does.
 *
 * @throws FormatError where neither does
 */
export function orientationOf([height, width]: ImageSize, header: ImageHeader, file: string): number {
  if (height === header.height && width === header.width) return 1;
  if (header.orientation >= 5 && height === header.width && width === header.height) return header.orientation;
  const [want, got] = [`${width}x${height}`, `${header.width}x${header.height}`];
  throw new FormatError(`${file}: expected ${want} pixels as annotated, got ${got}`);
}
