import { type MaskTargets, readTensors } from '@seg/core';
import { listOf, numberIn, type OptionCheck, oneOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';

/** Rule that gives cells to objects: grids, ranges of sizes, and the part of its box around its center. */
export type SoloAssignmentConfig = {
  /** Cells along each side of the image, by level. */
  grids: readonly number[];
  /** Sizes √(width · height) of the objects that each level is to find, in pixels, both ends included. */
  scaleRanges: readonly (readonly [number, number])[];
  /** Part of an object's sides that its center region has: ε in the paper, `sigma` in the code. */
  centerRatio: number;
  /** Mask that a cell in several centers learns: the `last` object's, or those of `all` of them (SOLOv2). */
  sharedCells: 'last' | 'all';
};

const IS_RANGE: OptionCheck = [
  'a size from and to',
  (value) => Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === 'number' && end >= 0),
];

const SOLO_ASSIGNMENT = {
  grids: listOf(numberIn({ least: 1, isWhole: true })),
  scaleRanges: listOf(IS_RANGE),
  centerRatio: numberIn({ least: 0 }),
  sharedCells: oneOf('last', 'all'),
};

/** A mask's term is one of three kinds. */
export const SOLO_TERM: OptionCheck = [
  'a term of kind dice, cross-entropy, focal with its weight',
  (value) => {
    const { kind, weight, positiveWeight = 1, ...rest } = (value ?? {}) as Record<string, unknown>;
    const isKnown = ['dice', 'cross-entropy', 'focal'].includes(kind as string) && Object.keys(rest).length === 0;
    return isKnown && Number.isFinite(weight) && Number.isFinite(positiveWeight);
  },
];

/** Checks of SOLO's losses, of which the assignment is a part. */
export const SOLO_CONFIG = { ...SOLO_ASSIGNMENT, mask: SOLO_TERM, categoryWeight: A_WEIGHT };

/** Cells of a level and the objects they learn: `cells[k]` (row · S + column) learns the mask of `objects[k]`. */
export type LevelAssignment = { cells: Int32Array; objects: Int32Array };

/** By image, by level */
export type SoloAssignment = LevelAssignment[][];

/** An object as assignment sees it; sides are differences of the coordinates of its outermost pixels. */
type Extent = { centerX: number; centerY: number; width: number; height: number };

/** Cells beyond the own that a region reaches at most, on each side: no more than 3 × 3 in all. */
const REACH = 1;

/**
 * Assigns objects to the cells around their centers of mass, on every level that their size is in the range of. Wang et
 * al. 2020 (SOLO), "Label Assignment"; `solo_target_single` of WXinlong/SOLO f4cd03b. Boxes are those of the masks.
 *
 * @param targets One per image, masks in the coordinates of the padded input
 */
export async function assignCells(targets: MaskTargets[], config: SoloAssignmentConfig): Promise<SoloAssignment> {
  expectConfig('assignCells', config, SOLO_CONFIG, ['grids', 'scaleRanges', 'centerRatio', 'sharedCells']);
  expectLevels(config);
  const profiles = await readTensors(() => targets.flatMap(({ masks }) => profilesOf(masks)));
  return targets.map(({ classes, masks }, image) => {
    const [, height, width] = masks.shape;
    const [rows, columns] = [profiles[2 * image], profiles[2 * image + 1]];
    const extents = Array.from(classes, (_, k) =>
      extentOf(rows.subarray(k * height, (k + 1) * height), columns.subarray(k * width, (k + 1) * width)),
    );
    return config.grids.map((grid, level) =>
      assignLevel(extents, [height, width], grid, config.scaleRanges[level], config),
    );
  });
}

function expectLevels({ grids, scaleRanges }: SoloAssignmentConfig): void {
  if (scaleRanges.length === grids.length) return;
  throw new RangeError(`assignCells: expected ${grids.length} scaleRanges, one a level, got ${scaleRanges.length}`);
}

/** Pixels in each row and in each column of each mask: [T, H] and [T, W]. */
function profilesOf(masks: tf.Tensor3D): tf.Tensor[] {
  if (masks.shape[0] === 0) return [tf.tensor1d([]), tf.tensor1d([])];
  return [tf.sum(masks, 2), tf.sum(masks, 1)];
}

/** Null where the mask is empty. */
function extentOf(rows: ArrayLike<number>, columns: ArrayLike<number>): Extent | null {
  const [vertical, horizontal] = [spread(rows), spread(columns)];
  if (vertical === null || horizontal === null) return null;
  return {
    centerX: horizontal.center,
    centerY: vertical.center,
    width: horizontal.last - horizontal.first,
    height: vertical.last - vertical.first,
  };
}

function spread(counts: ArrayLike<number>): { center: number; first: number; last: number } | null {
  let [sum, moment, first, last] = [0, 0, -1, -1];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    if (first < 0) first = i;
    last = i;
    sum += counts[i];
    moment += i * counts[i];
  }
  return sum === 0 ? null : { center: Math.fround(moment / sum), first, last };
}

function assignLevel(
  extents: (Extent | null)[],
  size: [number, number],
  grid: number,
  [least, most]: readonly [number, number],
  { centerRatio, sharedCells }: SoloAssignmentConfig,
): LevelAssignment {
  const pairs: { cell: number; object: number }[] = [];
  for (const [object, extent] of extents.entries()) {
    if (extent === null) continue;
    const scale = Math.fround(Math.sqrt(extent.width * extent.height));
    if (scale < least || scale > most) continue;
    for (const cell of centerCells(extent, size, grid, centerRatio)) pairs.push({ cell, object });
  }
  const kept = sharedCells === 'all' ? pairs : lastOfEachCell(pairs);
  return {
    cells: Int32Array.from(kept, ({ cell }) => cell),
    objects: Int32Array.from(kept, ({ object }) => object),
  };
}

/** Cells of the center region, row by row. */
function centerCells(
  { centerX, centerY, width, height }: Extent,
  [imageHeight, imageWidth]: [number, number],
  grid: number,
  centerRatio: number,
): number[] {
  const [top, bottom] = cellRange(centerY, 0.5 * height * centerRatio, imageHeight, grid);
  const [left, right] = cellRange(centerX, 0.5 * width * centerRatio, imageWidth, grid);
  const cells: number[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) cells.push(row * grid + column);
  }
  return cells;
}

function cellRange(center: number, reach: number, side: number, grid: number): [first: number, last: number] {
  const half = Math.fround(reach);
  const own = cellOf(center, side, grid);
  const first = Math.max(0, cellOf(Math.fround(center - half), side, grid));
  const last = Math.min(grid - 1, cellOf(Math.fround(center + half), side, grid));
  return [Math.max(first, own - REACH), Math.min(last, own + REACH)];
}

/**
 * The cell that a coordinate is in, in single precision throughout: a center on a border, as in the middle of an image,
 * then falls where it did when the published weights were trained (PyTorch 1.1 to 1.12; later versions floor).
 */
function cellOf(coordinate: number, side: number, grid: number): number {
  return Math.trunc(Math.fround(Math.fround(coordinate / side) / Math.fround(1 / grid)));
}

/** One object a cell, the last in the order of the targets; cells ascending. */
function lastOfEachCell(pairs: { cell: number; object: number }[]): { cell: number; object: number }[] {
  const last = new Map(pairs.map(({ cell, object }) => [cell, object]));
  return [...last].map(([cell, object]) => ({ cell, object })).sort((a, b) => a.cell - b.cell);
}
