import { ANYTHING, expectOptions, expectValue, listOf, numberIn } from '@seg/checkpoint/expect-options';
import type { MaskTargets } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectCategories, maskTargets } from './mask-targets.ts';

/** Normalization and size of a batch. */
export type BatchTensorOptions = {
  /** By channel, of pixels times `rescale`. */
  mean: readonly number[];
  std: readonly number[];
  /** Factor before the mean is taken off. Default: 1, pixels of 0 to 255 */
  rescale?: number;
  /** Both sides become multiples of it. Default: 32 */
  divisor?: number;
};

/** Images and targets of a training step, as `@seg/train` takes them. */
export type TensorBatch = {
  /** [B, H, W, 3] normalized; 0 where images are padded */
  pixels: tf.Tensor4D;
  targets: MaskTargets[];
};

const OPTIONS = {
  mean: listOf(numberIn(), 3),
  std: listOf(numberIn({ least: 0, above: true }), 3),
  rescale: numberIn({ least: 0, above: true }),
  divisor: numberIn({ least: 1, isWhole: true }),
  // what else the preprocessing of a model has, which is handed on as it is
  ...{ resize: ANYTHING, reachDivisor: ANYTHING, filter: ANYTHING, padTo: ANYTHING },
};

/**
 * Puts samples into one batch: normalized, and padded right and below to the largest height and width, rounded up to the
 * divisor. The caller disposes pixels and masks.
 *
 * @throws RangeError where there is no sample, or mean, deviation, scale or divisor are none
 */
export function batchTensors(samples: readonly MaskSample[], options: BatchTensorOptions): TensorBatch {
  expectOptions('batchTensors', options ?? null, OPTIONS);
  for (const name of ['mean', 'std'] as const) expectValue('batchTensors', name, options[name], OPTIONS[name]);
  const { divisor = 32 } = options;
  if (samples.length === 0) throw new RangeError('batchTensors: expected samples, got none');
  for (const { segments } of samples) expectCategories('batchTensors', segments);
  const padded = (side: number) => Math.ceil(side / divisor) * divisor;
  const height = padded(Math.max(...samples.map(({ image }) => image.height)));
  const width = padded(Math.max(...samples.map(({ image }) => image.width)));
  const values = new Float32Array(samples.length * height * width * 3);
  samples.forEach(({ image }, n) => {
    normalizeInto(values.subarray(n * height * width * 3), width, image, options);
  });
  return {
    pixels: tf.tensor4d(values, [samples.length, height, width, 3]),
    targets: samples.map((sample) => maskTargets(sample, [height, width])),
  };
}

function normalizeInto(
  values: Float32Array,
  rowWidth: number,
  { data, width, height }: MaskSample['image'],
  { mean, std, rescale = 1 }: BatchTensorOptions,
): void {
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = 3 * y * rowWidth; x < width; x++) {
      for (let c = 0; c < 3; c++) values[to++] = (data[from++] * rescale - mean[c]) / std[c];
    }
  }
}
