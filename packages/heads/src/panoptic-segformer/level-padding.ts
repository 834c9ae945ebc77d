import { paddedSinePosition } from '@seg/attention';
import type { Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Extent of the images in a padded batch: height and width of each in pixels, and those of the batch. */
export type BatchPadding = { sizes: readonly Size[]; padded: Size };

/** Padding as deformable attention needs it. Zhu et al. 2021's code: masks and valid ratios. */
export type LevelPadding = {
  /** [B, S] ones where a token is image */
  valid: tf.Tensor2D;
  /** [B, L, 2] part of each level's width and height that is image */
  ratios: tf.Tensor3D;
};

/**
 * Cells of each level that are image: those whose pixel by nearest neighbor is.
 *
 * @returns By image and level
 */
export function validCells({ sizes, padded }: BatchPadding, levels: readonly Size[]): Size[][] {
  const along = (size: Size, level: Size, axis: 0 | 1) => Math.ceil((size[axis] * level[axis]) / padded[axis]);
  return sizes.map((size) => levels.map((level): Size => [along(size, level, 0), along(size, level, 1)]));
}

/** Masks and valid ratios of a batch from its {@link validCells}. */
export function levelPadding(cells: readonly Size[][], levels: readonly Size[]): LevelPadding {
  const masks = cells.map((image) => image.flatMap((valid, i) => mask(levels[i], valid)));
  const ratios = cells.map((image) => image.map((valid, i) => [valid[1] / levels[i][1], valid[0] / levels[i][0]]));
  return { valid: tf.tensor2d(masks), ratios: tf.tensor3d(ratios) };
}

/**
 * Reference points of an encoder in which every cell is a query: its center as a share of the image, and that share of
 * the image's part of each level.
 *
 * @returns [B, S, L, 2] as (x, y)
 */
export function paddedCellCenters(
  cells: readonly Size[][],
  levels: readonly Size[],
  { ratios }: LevelPadding,
): tf.Tensor4D {
  return tf.tidy(() => {
    const centers = cells.map((image) => image.flatMap((valid, i) => gridCenters(levels[i], valid)));
    return tf.mul(tf.expandDims(tf.tensor3d(centers), 2), tf.expandDims(ratios, 1));
  });
}

/** @returns [B, H·W, C] positions of one level, by image */
export function paddedPositions(cells: readonly Size[][], level: Size, index: number, dim: number): tf.Tensor3D {
  return tf.tidy(() =>
    tf.stack(cells.map((image) => paddedSinePosition(level, image[index], { dim, offset: -0.5 })), 0),
  ) as tf.Tensor3D; // biome-ignore format: one step
}

function mask([height, width]: Size, valid: Size): number[] {
  return Array.from({ length: height * width }, (_, i) => {
    return Number(Math.floor(i / width) < valid[0] && i % width < valid[1]);
  });
}

function gridCenters([height, width]: Size, valid: Size): number[][] {
  return Array.from({ length: height * width }, (_, i) => {
    return [((i % width) + 0.5) / valid[1], (Math.floor(i / width) + 0.5) / valid[0]];
  });
}
