import type { Category } from '@seg/image';

import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { maskArea } from '../masks/box-mask.ts';

/** Least, middle and largest of some numbers; all 0 where there are none. */
export type Spread = { least: number; median: number; most: number };

/** Counts of one class. */
export type ClassStatistics = {
  name: string;
  isThing: boolean;
  /** Objects that are told apart, and groups that are not. */
  objects: number;
  crowds: number;
  /** Images with one of them. */
  images: number;
  /** Share of all pixels, 0 to 1. */
  share: number;
  /** Square roots of their areas, in pixels. */
  sides: Spread;
};

/** Counts of a data set: what is in it, how large, and where. */
export type DatasetStatistics = {
  images: number;
  /** Images without an object. */
  empty: number;
  objects: number;
  objectsPerImage: Spread;
  /** Sizes of images, most frequent first. */
  imageSizes: { width: number; height: number; images: number }[];
  classes: ClassStatistics[];
  /** Objects by area in pixels, in COCO's ranges: below 32², below 96², from there on. */
  areas: { small: number; medium: number; large: number };
  /** Objects by the root of their share of the image: ten bins from 0 to 1. */
  relativeSides: number[];
  /** [16 · 16] objects by the middle of their boxes, row by row. */
  positions: number[];
};

/** Cells of the map of positions, in each direction. */
export const POSITION_CELLS = 16;

/** Bins of relative sides. */
const SIDE_BINS = 10;

/** Areas in pixels at which COCO's ranges end. */
const [SMALL, MEDIUM] = [32 ** 2, 96 ** 2];

/** Masks of one image, with its size. */
export type MeasuredImage = { size: readonly [height: number, width: number]; segments: readonly MaskSegment[] };

/** Counts what is in the images of a data set. Crowds count as such and not as objects. */
export async function measureDataset(
  images: Iterable<MeasuredImage> | AsyncIterable<MeasuredImage>,
  categories: readonly Category[],
): Promise<DatasetStatistics> {
  const totals = new Totals(categories);
  for await (const image of images) totals.add(image);
  return totals.result();
}

class Totals {
  private readonly categories: readonly Category[];
  private readonly sides: number[][];
  private readonly crowds: number[];
  private readonly images: number[];
  private readonly pixels: number[];
  private readonly perImage: number[] = [];
  private readonly sizes = new Map<string, number>();
  private readonly areas = { small: 0, medium: 0, large: 0 };
  private readonly relativeSides = new Array<number>(SIDE_BINS).fill(0);
  private readonly positions = new Array<number>(POSITION_CELLS ** 2).fill(0);
  private allPixels = 0;

  constructor(categories: readonly Category[]) {
    const zeros = () => categories.map(() => 0);
    this.categories = categories;
    this.sides = categories.map(() => []);
    this.crowds = zeros();
    this.images = zeros();
    this.pixels = zeros();
  }

  add({ size: [height, width], segments }: MeasuredImage): void {
    const size = `${width}x${height}`;
    this.sizes.set(size, (this.sizes.get(size) ?? 0) + 1);
    this.allPixels += width * height;
    const single = segments.filter(({ isCrowd }) => !isCrowd);
    this.perImage.push(single.length);
    for (const { category, isCrowd } of segments) if (isCrowd) this.crowds[category]++;
    for (const category of new Set(segments.map((segment) => segment.category))) this.images[category]++;
    for (const segment of single) this.addObject(segment, height, width);
  }

  private addObject({ mask, category }: MaskSegment, height: number, width: number): void {
    const area = maskArea(mask);
    this.sides[category].push(Math.sqrt(area));
    this.pixels[category] += area;
    this.areas[area < SMALL ? 'small' : area < MEDIUM ? 'medium' : 'large']++;
    const relative = Math.sqrt(area / (width * height));
    this.relativeSides[Math.min(SIDE_BINS - 1, Math.floor(relative * SIDE_BINS))]++;
    const cell = (middle: number, length: number) =>
      Math.min(POSITION_CELLS - 1, Math.floor((middle / length) * POSITION_CELLS));
    const [row, column] = [cell(mask.y + mask.height / 2, height), cell(mask.x + mask.width / 2, width)];
    this.positions[row * POSITION_CELLS + column]++;
  }

  result(): DatasetStatistics {
    const sizes = [...this.sizes].map(([size, images]) => {
      const [width, height] = size.split('x').map(Number);
      return { width, height, images };
    });
    return {
      images: this.perImage.length,
      empty: this.perImage.filter((count) => count === 0).length,
      objects: this.perImage.reduce((sum, count) => sum + count, 0),
      objectsPerImage: spreadOf(this.perImage),
      imageSizes: sizes.sort((a, b) => b.images - a.images),
      classes: this.categories.map(({ name, isThing }, k) => ({
        name,
        isThing,
        objects: this.sides[k].length,
        crowds: this.crowds[k],
        images: this.images[k],
        share: this.allPixels === 0 ? 0 : this.pixels[k] / this.allPixels,
        sides: spreadOf(this.sides[k]),
      })),
      areas: this.areas,
      relativeSides: this.relativeSides,
      positions: this.positions,
    };
  }
}

/** The median is the lower of the two in the middle. */
function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return { least: 0, median: 0, most: 0 };
  const sorted = values.toSorted((a, b) => a - b);
  return { least: sorted[0], median: sorted[(sorted.length - 1) >> 1], most: sorted[sorted.length - 1] };
}
