import type * as tf from '@tensorflow/tfjs-core';

import { runShader, type Shader } from './run-program.ts';

/** Rows that one invocation adds up, unless there would be more chunks than the next stage likes. */
const ROWS = 64;
/** Chunks of rows at most: one invocation a channel adds up as many sums in the end. */
const MOST_CHUNKS = 256;

/** Sums over the rows of matrices, several at once. */
type ColumnSums = Pick<Shader, 'key' | 'inputs' | 'integers' | 'floats'> & {
  rows: number;
  channels: number;
  /** Terms of each sum, by its name: WGSL of `c`, the channel, `row`, and `i`, the element of a matrix of rows. */
  values: Record<string, string>;
  /** Functions that the values call. */
  code?: string;
};

/** Number of chunks that rows are added up in, and rows of each. */
export function chunksOf(rows: number): { chunks: number; rowsEach: number } {
  const chunks = Math.min(MOST_CHUNKS, Math.ceil(rows / ROWS));
  return { chunks, rowsEach: Math.ceil(rows / chunks) };
}

/**
 * Adds up rows, in chunks that are added up in their turn: one invocation a channel would leave most of a processor idle.
 *
 * @returns [channels] for every value, in their order
 */
export function columnSums(backend: tf.KernelBackend, sums: ColumnSums): tf.TensorInfo[] {
  const { rows, channels, values, key, inputs, integers, floats, code = '' } = sums;
  const { chunks, rowsEach } = chunksOf(rows);
  const names = Object.keys(values);
  const parts = runShader(backend, {
    key: `${key}_columns`,
    inputs,
    outputs: Object.fromEntries(names.map((name) => [name, { shape: chunks === 1 ? [channels] : [chunks, channels] }])),
    invocations: chunks * channels,
    integers: { ...integers, rows, channels, rowsEach, chunks },
    floats,
    code: `${code}
      fn main(index: i32) {
        if (index >= uniforms.chunks * uniforms.channels) { return; }
        let c = index % uniforms.channels;
        let first = (index / uniforms.channels) * uniforms.rowsEach;
        ${names.map((name) => `var ${name}Sum = 0.0;`).join(' ')}
        for (var row = first; row < min(first + uniforms.rowsEach, uniforms.rows); row++) {
          let i = row * uniforms.channels + c;
          ${names.map((name) => `${name}Sum += ${values[name]};`).join(' ')}
        }
        ${names.map((name) => `${name}[index] = ${name}Sum;`).join(' ')}
      }`,
  });
  if (chunks === 1) return parts;
  const whole = addChunks(backend, parts, chunks, channels);
  for (const part of parts) backend.disposeData(part.dataId as object);
  return whole;
}

/** Sums of the chunks of several tensors. @param parts [chunks, channels] each @returns [channels] each */
export function addChunks(
  backend: tf.KernelBackend,
  parts: tf.TensorInfo[],
  chunks: number,
  channels: number,
): tf.TensorInfo[] {
  const all = parts.map((_, k) => k);
  return runShader(backend, {
    key: `add_chunks_${parts.length}`,
    inputs: Object.fromEntries(parts.map((tensor, k) => [`x${k}`, { tensor }])),
    outputs: Object.fromEntries(all.map((k) => [`y${k}`, { shape: [channels] }])),
    invocations: channels,
    integers: { chunks, channels },
    code: `
      fn main(c: i32) {
        if (c >= uniforms.channels) { return; }
        ${all.map((k) => `var sum${k} = 0.0;`).join(' ')}
        for (var chunk = 0; chunk < uniforms.chunks; chunk++) {
          let i = chunk * uniforms.channels + c;
          ${all.map((k) => `sum${k} += x${k}[i];`).join(' ')}
        }
        ${all.map((k) => `y${k}[c] = sum${k};`).join(' ')}
      }`,
  });
}
