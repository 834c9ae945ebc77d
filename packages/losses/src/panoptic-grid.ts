import { expectShapes, type MaskTargets } from '@seg/core';
import { A_SET, numberIn, type OptionCheck } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from './expect-classes.ts';
import { expectConfig } from './expect-config.ts';

/** The panoptic ground truth of one image at the P pixels of a prediction: R masks that do not overlap. */
export type PanopticGrid = {
  /** [P, R] of zeros and ones; no mask at void pixels and in crowds */
  masks: tf.Tensor2D;
  /** [R] in 0..K−1 */
  classes: Int32Array;
  /** [P] 1 but at void pixels */
  known: tf.Tensor1D;
  /** [P] 1 at pixels of single things */
  isThing: tf.Tensor1D;
  /** [P] int32: 0 for void, 1 + class elsewhere */
  semantic: tf.Tensor1D;
  /** [P] of the semantic loss */
  weights: tf.Tensor1D;
};

/** Options of the panoptic ground truth on a prediction's grid. */
export type PanopticGridOptions = {
  /** Class indices of things. */
  things: ReadonlySet<number>;
  /** Every so many pixels one is taken, from the first on. */
  stride: number;
  /** Things of fewer pixels weigh more in the semantic loss. */
  smallThings?: { area: number; weight: number };
};

const OPTIONS = {
  things: A_SET,
  stride: numberIn({ least: 1, isWhole: true }),
  smallThings: ['an area and a weight', isSmallThings] satisfies OptionCheck,
};

function isSmallThings(value: unknown): boolean {
  const { area, weight } = (value ?? {}) as { area?: unknown; weight?: unknown };
  return Number.isFinite(area) && Number.isFinite(weight);
}

/**
 * The ground truth at every stride-th pixel, as deeplab2 samples it: labels are never resized. Pixels that no mask has
 * are void. An image without masks gets one that is empty, as deeplab2 pads its ground truth.
 */
export function panopticGrid(target: MaskTargets, options: PanopticGridOptions): PanopticGrid {
  expectConfig('panopticGrid', options, OPTIONS, ['things', 'stride']);
  expectTargets(target);
  return tf.tidy(() => {
    const { classes, masks: given } = target.classes.length === 0 ? oneEmptyMask(target.masks) : target;
    const masks = tf.cast(given, 'float32');
    const columns = sampledMasks(masks, options.stride); // [P, R]
    const ofClasses = tf.tensor1d(Float32Array.from(classes, (category) => category + 1));
    const isThing = tf.tensor1d(Float32Array.from(classes, (category) => (options.things.has(category) ? 1 : 0)));
    const known = tf.sum<tf.Tensor1D>(columns, 1);
    return {
      masks: columns,
      classes,
      known,
      isThing: tf.sum<tf.Tensor1D>(tf.mul(columns, isThing), 1),
      semantic: tf.cast(tf.sum<tf.Tensor1D>(tf.mul(columns, ofClasses), 1), 'int32'),
      weights: pixelWeights(masks, columns, isThing, options.smallThings),
    };
  });
}

function expectTargets({ classes, masks }: MaskTargets): void {
  expectShapes('panopticGrid', { masks: [masks, [classes.length, 'H', 'W']] });
  expectClasses('panopticGrid', classes, Number.POSITIVE_INFINITY);
}

function oneEmptyMask({ shape: [, height, width] }: tf.Tensor3D): MaskTargets {
  return { classes: new Int32Array(1), masks: tf.zeros([1, height, width]) };
}

/** [R, H, W] → [P, R] */
function sampledMasks(masks: tf.Tensor3D, stride: number): tf.Tensor2D {
  const [count, height, width] = masks.shape;
  const every = (side: number) =>
    tf.tensor1d(
      Int32Array.from({ length: Math.ceil(side / stride) }, (_, i) => i * stride),
      'int32',
    );
  const sampled = tf.gather(tf.gather(masks, every(height), 1), every(width), 2);
  return tf.transpose(tf.reshape(sampled, [count, -1])) as tf.Tensor2D;
}

/** @returns [P] */
function pixelWeights(
  masks: tf.Tensor3D,
  columns: tf.Tensor2D,
  isThing: tf.Tensor1D,
  small: PanopticGridOptions['smallThings'],
): tf.Tensor1D {
  if (small === undefined) return tf.ones([columns.shape[0]]);
  const isSmall = tf.cast(tf.less(tf.sum(masks, [1, 2]), small.area), 'float32');
  const extra = tf.mul(tf.mul(isSmall, isThing), small.weight - 1); // [R]
  return tf.add<tf.Tensor1D>(tf.sum(tf.mul(columns, extra), 1), 1);
}
