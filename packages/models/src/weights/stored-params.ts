import type { StoredValue } from '@seg/checkpoint/safetensors';
import { type ParamStore, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Weights by checkpoint key, one after the other. */
export type Weights = Iterable<[string, StoredValue]> | AsyncIterable<[string, StoredValue]>;

/** A model's parameters in the checkpoint's layout, read from the device one by one. */
export async function* storedParams(params: ParamStore): AsyncGenerator<[string, StoredValue]> {
  for (const key of params.keys()) {
    const layout = params.storedLayout(key);
    const held = params.get(key);
    const [values] = await readTensors(() => [layout ? layout.intoStored(held) : tf.clone(held)]);
    const shape = layout ? layout.toStored(held.shape) : held.shape;
    yield [key, { shape, values: values as Float32Array }];
  }
}
