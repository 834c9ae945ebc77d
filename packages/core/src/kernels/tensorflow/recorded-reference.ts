import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { isOnProcessor, type NativeBackend } from './native-ops.ts';
import { callProgram, loadProgram } from './programs.ts';
import { writeDown } from './reference-writer.ts';

/** Calls of the same shapes before they are recorded, which takes as long as some ten of them. */
export const MEETINGS = 8;
/** Programs that are kept, of half a megabyte each. */
const MOST_PROGRAMS = 128;
/** Shapes that are counted before the count begins anew. */
const MOST_COUNTED = 4096;

/** A recorded reference: its program, the names of its inputs, of which the last are numbers of its own, and of its results. */
type Recorded = { program: number; names: string[]; numbers: number[]; outputs: string[]; isList: boolean };
/** By kernel, attributes and shapes: calls so far, and what was recorded; null where nothing can be. */
type Records = { calls: Map<string, number>; recorded: Map<string, Recorded | null> };
const recordsOf = new WeakMap<NativeBackend, Records>();

/**
 * A body for any kernel: the ops of its reference in one call, once the same shapes have come {@link MEETINGS} times.
 *
 * @param mayRead True where the reference looks at its inputs, but makes nothing of what it sees. Default: false
 */
// biome-ignore lint/suspicious/noExplicitAny: of every kernel
export function asOneProgram(kernel: string, { mayRead = false } = {}): KernelBody<any, any> {
  return (inputs: tf.NamedTensorMap, attrs, given, reference) => {
    const backend = given as NativeBackend;
    if (!isOnProcessor(backend)) return null;
    const records = recordsOf.get(backend) ?? { calls: new Map(), recorded: new Map() };
    recordsOf.set(backend, records);
    const key = keyOf(kernel, inputs, attrs);
    const found = records.recorded.get(key);
    if (found) return call(backend, found, inputs);
    if (found === null || records.recorded.size >= MOST_PROGRAMS || !isDue(records, key)) return null;
    const { results, written } = writeDown(backend, inputs, reference, mayRead);
    const program = written && loadProgram(backend, written.nodes);
    if (written === null || program === null) {
      records.recorded.set(key, null);
      return results;
    }
    const names = [...Object.keys(inputs), ...written.numbers.map(({ name }) => name)].map((name) => `${name}:0`);
    const { binding } = backend;
    const numbers = written.numbers.map(({ shape, values }) => binding.createTensor(shape, binding.TF_FLOAT, values));
    records.recorded.set(key, { program, names, numbers, outputs: written.outputs, isList: Array.isArray(results) });
    return results;
  };
}

function call(backend: NativeBackend, recorded: Recorded, inputs: tf.NamedTensorMap): tf.Tensor | tf.Tensor[] {
  const { program, names, numbers, outputs, isList } = recorded;
  const ids = [...backend.getInputTensorIds(Object.values(inputs)), ...numbers];
  const results = callProgram(backend, program, { names, ids }, outputs);
  return isList ? results : results[0]!;
}

/** True of the call that is to be recorded. */
function isDue({ calls }: Records, key: string): boolean {
  const count = (calls.get(key) ?? 0) + 1;
  if (calls.size >= MOST_COUNTED) calls.clear();
  calls.set(key, count);
  if (count === MEETINGS) calls.delete(key);
  return count === MEETINGS;
}

/** All that a record depends on; also which inputs are one value, which the ops do not tell apart. */
function keyOf(kernel: string, inputs: tf.NamedTensorMap, attrs: Record<string, unknown>): string {
  const tensors = Object.values(inputs);
  const same = tensors.map(({ dataId }) => tensors.findIndex((tensor) => tensor.dataId === dataId));
  const shapes = Object.entries(inputs).map(([name, { shape, dtype }]) => `${name} ${dtype} ${shape}`);
  const settings = Object.entries(attrs).map(([name, value]) => `${name} ${textOf(value)}`);
  return [kernel, ...settings, ...shapes, same].join('; ');
}

/** JSON has no Infinity. */
function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
