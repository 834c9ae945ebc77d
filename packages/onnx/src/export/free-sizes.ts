import type { FreeAxis } from '../graph/free-axes.ts';

/** Shapes to trace, and the axes that are free in what they have in common. */
export type TracePlan = { axes: readonly FreeAxis[]; counts: readonly (readonly number[])[] };

/** 32: the coarsest map of a ResNet has a cell for 32 x 32 pixels, and every other size is a product of those. */
export const SIZE_UNIT = 32;

const BATCH: FreeAxis = { name: 'batch', axis: 0, unit: 1 };
const HEIGHT: FreeAxis = { name: 'height', axis: 2, unit: SIZE_UNIT };
const WIDTH: FreeAxis = { name: 'width', axis: 3, unit: SIZE_UNIT };

/** Plans traces in which no two products of free axes grow alike, and none is 1, with which axes look alike. */
export function planOf(isBatchFree: boolean, isSizeFree: boolean): TracePlan {
  if (isBatchFree && isSizeFree) {
    return {
      axes: [BATCH, HEIGHT, WIDTH],
      counts: [
        [2, 2, 3],
        [3, 3, 5],
        [2, 5, 2],
        [3, 2, 3],
      ],
    };
  }
  if (isBatchFree) return { axes: [BATCH], counts: [[2], [3]] };
  return isSizeFree
    ? {
        axes: [HEIGHT, WIDTH],
        counts: [
          [2, 3],
          [3, 5],
          [5, 2],
        ],
      }
    : { axes: [], counts: [[]] };
}

/** Why a system's file is of one size. */
const REASONS: Readonly<Record<string, string>> = {
  'max-deeplab': 'tables of its axes are of one size',
  panoptic_segformer: 'its levels are padded to strides of 64',
};

/**
 * Refuses networks whose sizes are more than products of the image's.
 *
 * @throws Error naming the network and the reason
 */
export function expectFreeSizes(config: { readonly model: string; readonly backbone?: unknown }): void {
  const { type } = (config.backbone ?? {}) as { type?: string };
  const reason =
    REASONS[config.model] ?? (type === 'resnet' ? null : 'maps are padded to windows and strides of one size');
  if (reason === null) return;
  const what = type === undefined ? config.model : `${config.model} with ${type}`;
  throw new Error(`exportOnnx: expected a size for ${what} (${reason}), got free`);
}
