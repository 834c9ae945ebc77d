import type * as tf from '@tensorflow/tfjs-core';

import { isRecorded } from '../recorded.ts';
import { sizeFromShape } from '../size.ts';

/** Entry of a tensor in tfjs's webgpu backend, which says how long its buffer is. */
export type StoredTensor = {
  dtype: tf.DataType;
  shape: number[];
  resource?: GPUBuffer | null;
  /** True where the buffer holds two halves in every word: it is then half as long as the tensor. */
  isHalves?: boolean;
};

/** Numbers from which on a result is stored as halves unless told: 256 KiB of floats, below which a dispatch costs more than its bytes. */
const LEAST_NUMBERS = 1 << 16;

/** Numbers from which on results are stored as halves; null where none are. */
let least: number | null = null;

/** Lets kernels of inference store their results as halves, or ends that. @param from Fewest numbers of such a result */
export function setHalfStorage(isOn: boolean, from: number = LEAST_NUMBERS): void {
  least = isOn ? from : null;
}

/** True where tensors of so many numbers are to be stored as halves: never on a tape, whose gradients read them. */
export function storesHalves(count: number): boolean {
  return least !== null && count >= least && count % 4 === 0 && !isRecorded();
}

/** True for a tensor whose buffer holds halves. */
export function isHalves(backend: tf.KernelBackend, { dataId }: tf.TensorInfo): boolean {
  return storedIn(backend, dataId as object).isHalves === true;
}

/** A new tensor whose buffer holds halves; its shape is its own, that of its entry the buffer's. */
export function makeHalves(backend: tf.KernelBackend, shape: number[]): tf.TensorInfo {
  const words = sizeFromShape(shape) / 2;
  const maker = backend as unknown as { makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo };
  const info = maker.makeTensorInfo([words], 'float32');
  storedIn(backend, info.dataId as object).isHalves = true;
  return { ...info, shape };
}

/** Entry of a tensor. */
export function storedIn(backend: tf.KernelBackend, dataId: object): StoredTensor {
  return (backend as unknown as { tensorMap: { get(dataId: object): StoredTensor } }).tensorMap.get(dataId);
}

/** Type of an array of words that hold halves, in vectors of so many numbers. */
export function arrayOfHalves(components: 1 | 2 | 4): string {
  return components === 4 ? 'array<vec2<u32>>' : 'array<u32>';
}

/** WGSL of `nameAt(i)`, a vector of the array `name`, however it is stored. */
export function readCode(name: string, components: 1 | 2 | 4, halves: boolean): string {
  const type = components === 1 ? 'f32' : `vec${components}<f32>`;
  return `fn ${name}At(i: i32) -> ${type} { ${halves ? HALVES_READ[components](name) : `return ${name}[i];`} }`;
}

const HALVES_READ: Record<1 | 2 | 4, (name: string) => string> = {
  1: (name) => `let two = unpack2x16float(${name}[i / 2]); return select(two.x, two.y, i % 2 == 1);`,
  2: (name) => `return unpack2x16float(${name}[i]);`,
  4: (name) => `let words = ${name}[i]; return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));`,
};

/**
 * WGSL of `namePut(i, v)`, which sets a vector of four of the array `name`. What no half can hold becomes the nearest that can, ±65504,
 * never infinite; NaN stays, since it compares with nothing.
 */
export function writeCode(name: string, halves: boolean): string {
  if (!halves) return `fn ${name}Put(i: i32, v: vec4<f32>) { ${name}[i] = v; }`;
  return `fn ${name}Put(i: i32, v: vec4<f32>) {
      let below = select(v, vec4<f32>(65504.0), v > vec4<f32>(65504.0));
      let held = select(below, vec4<f32>(-65504.0), below < vec4<f32>(-65504.0));
      ${name}[i] = vec2<u32>(pack2x16float(held.xy), pack2x16float(held.zw));
    }`;
}
