import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import {
  type ByteSource,
  FormatError,
  maskedCrc32c,
  openSafetensors,
  type StoredValue,
  writeSafetensors,
} from '@seg/checkpoint/safetensors';
import { type ParamStore, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { Optimizer } from './optimizers/optimizer.ts';
import type { ParameterAverage } from './optimizers/parameter-average.ts';

const A_STORE: OptionCheck = [
  'a ParamStore',
  (value) => typeof (value as { storedLayout?: unknown } | null)?.storedLayout === 'function',
];

/** Parameters in the layout of their checkpoint, by key. */
export async function storedParameters(params: ParamStore): Promise<Map<string, StoredValue>> {
  expectValue('storedParameters', 'params', params, A_STORE);
  const stored = new Map<string, StoredValue>();
  const keys = params.keys();
  if (keys.length === 0) throw new RangeError('storedParameters: expected parameters, got a store of none');
  for (const key of keys) {
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

/** Parameters alone as one safetensors file. */
export async function saveWeights(params: ParamStore, metadata: Record<string, string> = {}): Promise<Uint8Array> {
  return writeSafetensors(await storedParameters(params), { metadata: { format: 'pt', ...metadata } });
}

/**
 * All that training needs to go on: parameters, state of the optimizer, the step. One safetensors file, with a checksum
 * of all of it.
 *
 * @param average Of the parameters, where one is kept
 * @throws FormatError where a number is not finite: no training could go on from the file
 */
export async function saveTraining(
  params: ParamStore,
  optimizer: Optimizer,
  metadata: Record<string, string> = {},
  average: ParameterAverage | null = null,
): Promise<Uint8Array> {
  const tensors = await storedParameters(params);
  const state = [...(await optimizer.state()), ...((await average?.state()) ?? [])];
  for (const [key, value] of state) tensors.set(key, value);
  expectFinite('saveTraining', tensors);
  const described = { format: 'pt', ...metadata, step: String(optimizer.steps) }; // all that the file says of itself
  return writeSafetensors(tensors, { metadata: { ...described, checksum: checksumOf(tensors, described) } });
}

/**
 * Continues a training from {@link saveTraining}: fills the parameters and the optimizer. All is read and checked before
 * anything changes.
 *
 * @returns The number of steps done
 * @throws FormatError where the file is not a training checkpoint, has been damaged, or is of other parameters
 */
export function resumeTraining(
  source: ByteSource,
  params: ParamStore,
  optimizer: Optimizer,
  average: ParameterAverage | null = null,
): number {
  const file = openSafetensors(source);
  const steps = Number(file.metadata.step);
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new FormatError(`${source.name}: expected a training checkpoint with its step, got ${file.metadata.step}`);
  }
  const tensors = new Map([...file.keys()].map((key) => [key, file.read(key)!]));
  expectUndamaged(source.name, tensors, file.metadata);
  const values = new Map<string, tf.Tensor>();
  try {
    for (const key of params.keys()) values.set(key, storedTensor(source.name, params, key, tensors.get(key)));
    const read = (key: string): StoredValue | null => tensors.get(key) ?? null;
    const change = average?.restoring(read);
    optimizer.restore(read, steps);
    change?.();
    for (const [key, value] of values) params.get(key).assign(value);
  } finally {
    tf.dispose([...values.values()]);
  }
  params.touch();
  return steps;
}

/** A parameter in our layout. @throws FormatError where it is absent or has another shape */
function storedTensor(name: string, params: ParamStore, key: string, stored: StoredValue | undefined): tf.Tensor {
  if (stored === undefined) throw new FormatError(`${name}: expected ${key}, got none`);
  const value = tf.tidy(() => {
    const raw = tf.tensor(stored.values, [...stored.shape]);
    return params.storedLayout(key)?.fromStored(raw) ?? raw;
  });
  const { shape } = params.get(key);
  if (value.shape.join() === shape.join()) return value;
  value.dispose();
  throw new FormatError(`${name}: expected ${key} [${shape}], got [${stored.shape}]`);
}

function expectUndamaged(
  name: string,
  tensors: ReadonlyMap<string, StoredValue>,
  { checksum, ...described }: Record<string, string>,
): void {
  if (checksum !== checksumOf(tensors, described)) {
    throw new FormatError(`${name}: expected the checksum ${checksum} of an undamaged file, got another`);
  }
  expectFinite(name, tensors);
}

function expectFinite(where: string, tensors: ReadonlyMap<string, StoredValue>): void {
  for (const [key, { values }] of tensors) {
    if (!values.every(Number.isFinite))
      throw new FormatError(`${where}: expected finite numbers, got others in ${key}`);
  }
}

/** CRC-32C of keys, shapes, values and metadata: any burst of 32 bits changes it, and any two flipped bits of a page. */
function checksumOf(tensors: ReadonlyMap<string, StoredValue>, metadata: Record<string, string>): string {
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const parts = [text(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))];
  for (const key of [...tensors.keys()].sort()) {
    const { shape, values } = tensors.get(key)!;
    const numbers = Float32Array.from(values);
    parts.push(text([key, shape]), new Uint8Array(numbers.buffer));
  }
  return maskedCrc32c(...parts)
    .toString(16)
    .padStart(8, '0');
}
