import { ANYTHING, expectOptions, expectValue, numberIn } from '@seg/checkpoint/expect-options';
import { seededRandom } from '@seg/core/random';
import type { RgbImage } from '@seg/image';

import { SCENE_CATEGORIES } from './categories.ts';
import { NoiseField } from './noise-field.ts';
import { type Placement, placeThings } from './place-things.ts';
import { renderScene } from './render-scene.ts';
import { layOutStuff } from './stuff-layout.ts';

/** One segment, in the words of COCO's `segments_info`. */
export type SceneSegment = {
  id: number;
  category_id: number;
  isThing: boolean;
  /** In pixels. */
  area: number;
  /** x, y, width, height in pixels. */
  bbox: [number, number, number, number];
};

/** A generated image with its panoptic truth. */
export type Scene = {
  image: RgbImage;
  /** [H · W] segment ids, row by row. Every pixel has one. */
  panoptic: Int32Array;
  segments: SceneSegment[];
};

/** The seed and size of a scene. */
export type SceneOptions = { seed: number; height?: number; width?: number };

const THING_COUNT = SCENE_CATEGORIES.filter(({ isThing }) => isThing).length;
/** Seed of a scene. */
export const A_SEED = numberIn({ isWhole: true });

/** Share of the image below which stuff is a scrap that nobody could learn: 98 of 128² pixels. */
const LEAST_STUFF = 0.006;

/**
 * A panoptic scene from a seed: textured stuff fills the background; things of eight shapes touch, overlap and cast
 * shadows on it. The same seed and size give the same bytes on every platform.
 *
 * @param options `height` and `width`: 32 to 1024 pixels, 128 unless told
 * @throws RangeError for other sizes, and for a seed that is not whole
 */
export function generateScene(options: SceneOptions): Scene {
  expectOptions('generateScene', options ?? null, { seed: A_SEED, height: ANYTHING, width: ANYTHING });
  expectValue('generateScene', 'seed', options.seed, A_SEED);
  const { seed, height = 128, width = 128 } = options;
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 32 || side > 1024) {
      throw new RangeError(`generateScene: expected sides of 32 to 1024 pixels, got ${height}x${width}`);
    }
  }
  const random = seededRandom(seed);
  const noise = new NoiseField(random);
  const stuff = layOutStuff(random, noise, height, width);
  const placement = placeThings(random, height, width);
  absorbScraps(stuff, placement);
  const image = renderScene(random, noise, { stuff, placement, height, width });
  return { image, ...label(stuff, placement, width) };
}

/** Turns stuff of which almost nothing can be seen into the most common one. */
function absorbScraps(stuff: Uint8Array, { owner }: Placement): void {
  const areas = [0, 0, 0, 0];
  for (let i = 0; i < stuff.length; i++) if (owner[i] === 0) areas[stuff[i]]++;
  const largest = areas.indexOf(Math.max(...areas));
  for (let i = 0; i < stuff.length; i++) if (areas[stuff[i]] < LEAST_STUFF * stuff.length) stuff[i] = largest;
}

function label(stuff: Uint8Array, { things, owner }: Placement, width: number): Omit<Scene, 'image'> {
  const categories = [...things.map(({ kind }) => kind + 1), ...[0, 1, 2, 3].map((kind) => THING_COUNT + 1 + kind)];
  const slots = new Int32Array(stuff.length);
  for (let i = 0; i < slots.length; i++) slots[i] = owner[i] > 0 ? owner[i] - 1 : things.length + stuff[i];
  const boxes = measure(slots, categories.length, width);
  const ids = new Int32Array(categories.length);
  const segments: SceneSegment[] = [];
  for (const [slot, { area, bbox }] of boxes.entries()) {
    if (area === 0) continue;
    ids[slot] = segments.length + 1;
    const isThing = slot < things.length;
    segments.push({ id: ids[slot], category_id: categories[slot], isThing, area, bbox });
  }
  return { panoptic: slots.map((slot) => ids[slot]), segments };
}

/** Segments of a map of ids, by ascending id. */
export function segmentsOf(ids: Int32Array, width: number, categoryOf: (id: number) => number): SceneSegment[] {
  const most = ids.reduce((highest, id) => Math.max(highest, id), 0);
  return measure(ids, most + 1, width).flatMap((measured, id) => {
    if (measured.area === 0) return [];
    const category_id = categoryOf(id);
    return [{ id, category_id, isThing: category_id <= THING_COUNT, ...measured }];
  });
}

function measure(slots: Int32Array, count: number, width: number): Pick<SceneSegment, 'area' | 'bbox'>[] {
  const extents = Array.from({ length: count }, () => ({ area: 0, left: width, right: -1, top: -1, bottom: -1 }));
  for (let i = 0; i < slots.length; i++) {
    const extent = extents[slots[i]];
    const x = i % width;
    const y = (i - x) / width;
    if (extent.area++ === 0) extent.top = y;
    extent.bottom = y;
    if (x < extent.left) extent.left = x;
    if (x > extent.right) extent.right = x;
  }
  return extents.map(({ area, left, right, top, bottom }) => ({
    area,
    bbox: [left, top, right - left + 1, bottom - top + 1],
  }));
}
