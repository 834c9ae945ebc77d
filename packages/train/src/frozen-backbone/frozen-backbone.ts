import { readTensors, runSteps, type Steps } from '@seg/core';
import type { Backbone } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import type { TrainingBatch } from '../training-batch.ts';
import { MapStore } from './map-store.ts';
import { batchMaps, type MapPrecision, type StoredMaps, storedMap } from './stored-maps.ts';

/** Memory for the feature maps of a frozen backbone. */
export type KeptFeatures = {
  /** Most bytes of maps; those beyond are computed anew each time. Default: 2^30, 1 GiB */
  bytes?: number;
  /** float16 takes half the room and rounds to 11 bits, also what is beyond the bound. Default: float32, exact */
  precision?: MapPrecision;
};

/** Room for maps unless told otherwise: 290 images of 256² of the small models, 130 of a ResNet-50. */
const BYTES = 2 ** 30;

/**
 * A backbone that does not train, over samples that come again: the maps of each are computed once, as at inference and without
 * a tape, and kept in plain memory. Each sample is computed alone, so that its maps are the same bytes in every batch, kept or
 * not.
 */
export class FrozenBackbone implements Backbone {
  private readonly backbone: Backbone;
  private readonly precision: MapPrecision;
  private readonly ready = new WeakMap<tf.Tensor, readonly StoredMaps[]>();
  readonly store: MapStore;

  constructor(backbone: Backbone, { bytes = BYTES, precision = 'float32' }: KeptFeatures = {}) {
    this.backbone = backbone;
    this.precision = precision;
    this.store = new MapStore(bytes);
  }

  get dims(): readonly number[] {
    return this.backbone.dims;
  }

  /**
   * Gets the maps of a batch ready for {@link forward} of its pixels. Waits, and records on no tape.
   *
   * @throws Error where samples have no numbers
   */
  async prepare({ pixels, samples }: TrainingBatch): Promise<void> {
    if (samples === undefined) throw new Error('FrozenBackbone: expected numbers of the samples of a batch, got none');
    const [, height, width] = pixels.shape;
    const maps: StoredMaps[] = [];
    for (const [image, sample] of samples.entries()) {
      const name = `${sample} at ${height}x${width}`; // batches may be padded differently
      const found = this.store.get(name) ?? (await this.compute(pixels, image));
      this.store.offer(name, found);
      maps.push(found);
    }
    this.ready.set(pixels, maps);
  }

  /**
   * @param pixels Of a batch that was prepared
   * @throws Error where it was not
   */
  forward(pixels: tf.Tensor4D): tf.Tensor4D[] {
    const images = this.ready.get(pixels);
    if (images === undefined)
      throw new Error('FrozenBackbone: expected the pixels of a batch that was prepared, got others');
    this.ready.delete(pixels);
    return batchMaps(images).map(({ shape, values }) => tf.tensor4d(values, shape as tf.Tensor4D['shape']));
  }

  /** {@link forward} in one step: there is nothing to compute. */
  // biome-ignore lint/correctness/useYield: one step
  *forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    return this.forward(pixels);
  }

  private async compute(pixels: tf.Tensor4D, image: number): Promise<StoredMaps> {
    const [, height, width, channels] = pixels.shape;
    let shapes: number[][] = [];
    const maps = await readTensors(() => {
      const one = tf.slice4d(pixels, [image, 0, 0, 0], [1, height, width, channels]);
      const computed = runSteps(this.backbone.forwardSteps(one));
      shapes = computed.map(({ shape }) => shape);
      return computed;
    });
    return maps.map((values, level) => storedMap(shapes[level], values as Float32Array, this.precision));
  }
}
