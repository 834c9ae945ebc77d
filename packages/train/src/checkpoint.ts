import { type ByteSource, FormatError, openSafetensors, type StoredValue, writeSafetensors } from '@seg/checkpoint';
import { type ParamStore, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { AdamW } from './adamw.ts';

/** Parameters in the layout of their checkpoint, by key. */
export async function storedParameters(params: ParamStore): Promise<Map<string, StoredValue>> {
  const stored = new Map<string, StoredValue>();
  for (const key of params.keys()) {
    const layout = params.storedLayout(key);
    let shape: number[] = [];
    const [values] = await readTensors(() => {
      const tensor = layout ? layout.intoStored(params.get(key)) : tf.clone(params.get(key));
      shape = tensor.shape;
      return [tensor];
    });
    stored.set(key, { shape, values: values as Float32Array });
  }
  return stored;
}

/** All that training needs to go on: parameters, moments of the optimizer, the step. One safetensors file. */
export async function saveTraining(
  params: ParamStore,
  optimizer: AdamW,
  metadata: Record<string, string> = {},
): Promise<Uint8Array> {
  const tensors = await storedParameters(params);
  for (const [key, value] of await optimizer.state()) tensors.set(key, value);
  return writeSafetensors(tensors, { metadata: { ...metadata, step: String(optimizer.steps) } });
}

/**
 * Continues a training from {@link saveTraining}: fills the parameters and the optimizer.
 *
 * @returns The number of steps done
 * @throws FormatError where the file is not a training checkpoint
 */
export function resumeTraining(source: ByteSource, params: ParamStore, optimizer: AdamW): number {
  const file = openSafetensors(source);
  const steps = Number(file.metadata.step);
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new FormatError(`${source.name}: expected a training checkpoint with its step, got ${file.metadata.step}`);
  }
  for (const key of params.keys()) {
    const stored = file.read(key);
    if (stored === null) throw new FormatError(`${source.name}: expected ${key}, got none`);
    tf.tidy(() => {
      const raw = tf.tensor(stored.values, [...stored.shape]);
      params.get(key).assign(params.storedLayout(key)?.fromStored(raw) ?? raw);
    });
  }
  params.touch();
  optimizer.restore((key) => file.read(key), steps);
  return steps;
}
