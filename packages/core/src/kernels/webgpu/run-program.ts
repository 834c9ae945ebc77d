import type * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { type Binding, dispatch } from './dispatch.ts';
import { arrayOfHalves, isHalves, makeHalves, readCode, storedIn, storesHalves, writeCode } from './half-storage.ts';

/** Tensor that a shader reads or writes, as an array of numbers, or of vectors of two or four. */
type Input = {
  tensor: tf.TensorInfo;
  components?: 1 | 2 | 4;
  /** True where the shader reads it by `nameAt(i)`, so that it may be stored as halves. Default: it is made floats first */
  anyStorage?: true;
};

/** Result of a shader: a new tensor, or one that is there already, which it adds to. */
type Output =
  | { shape: number[]; components?: 1 | 4; dtype?: 'float32' | 'int32' }
  /** The shader sets vectors of four by `namePut(i, v)`: in inference they may be stored as halves, if that is asked for. */
  | { shape: number[]; anyStorage: true }
  | { into: tf.TensorInfo; atomic?: true };

/** One compute shader with its inputs, outputs, sizes and constants. */
export type Shader = {
  /** Unique for the text of the shader: pipelines are kept by it. */
  key: string;
  /** Inputs as the shader names them. Each must have elements. */
  inputs: Record<string, Input>;
  /** Outputs as the shader names them; inputs and outputs together are at most eight, which every adapter has. */
  outputs: Record<string, Output>;
  /** Invocations, in workgroups of 64. The shader must check the bound itself: the last group may be larger. */
  invocations: number;
  /** Sizes and constants, as the shader reads them from `uniforms`. */
  integers?: Record<string, number>;
  floats?: Record<string, number>;
  /** Functions, with `fn main(index: i32)` among them. */
  code: string;
};

/** Shader of one output, which it names `result`. */
export type Program = Omit<Shader, 'outputs'> & {
  outputShape: number[];
  /** 1 for an array of f32, 4 for one of vec4, `any` for vectors of four that `resultPut(i, v)` sets. */
  outputComponents?: 1 | 4 | 'any';
  /** Lets the shader add to the result from several invocations: `result` is then an array of atomic bits. */
  accumulateInto?: tf.TensorInfo;
};

/** Invocations of a workgroup: a multiple of the 32 or 64 lanes that adapters run at once, below the limit of 256. */
export const WORKGROUP = 64;

/** Part of tfjs's webgpu backend that makes tensors. */
type TensorMaker = { makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo };

/** Runs a shader over a flat range. Tensors appear to it as flat arrays. @returns The outputs in their order */
export function runShader(backend: tf.KernelBackend, shader: Shader): tf.TensorInfo[] {
  const { key, inputs, invocations, integers = {}, floats = {}, code } = shader;
  const results = Object.entries(shader.outputs).map(([name, output]) => resultOf(backend, name, output));
  const tensors = results.map(({ tensor }) => tensor);
  if (invocations === 0) return tensors;
  // a tensor that one input reads as floats is made that for all of them
  const wide = new Set(Object.values(inputs).map(({ tensor, anyStorage }) => (anyStorage ? null : tensor.dataId)));
  const read = Object.entries(inputs).map(([name, { tensor, components = 1 }]): Binding => {
    const own = heldAsSaid(backend, tensor);
    const halves = !wide.has(tensor.dataId) && isHalves(backend, tensor);
    return {
      name,
      tensor: own,
      access: 'read',
      halves,
      type: halves ? arrayOfHalves(components) : arrayOf(own, components),
    };
  });
  const uniforms = [...fields(integers, 'i32'), ...fields(floats, 'f32')];
  dispatch(backend, {
    key,
    bindings: [...results, ...read],
    uniforms,
    groups: Math.ceil(invocations / WORKGROUP),
    code: `${accessCode(shader, [...results, ...read])}${code}`,
  });
  for (const [i, { tensor }] of Object.values(inputs).entries()) {
    if (read[i]!.tensor !== tensor) backend.disposeData(read[i]!.tensor.dataId as object);
  }
  return tensors;
}

/** {@link runShader} for one result. */
export function runProgram(backend: tf.KernelBackend, program: Program): tf.TensorInfo {
  const { outputShape, outputComponents, accumulateInto, ...shader } = program;
  const result: Output = accumulateInto
    ? { into: accumulateInto, atomic: true }
    : outputComponents === 'any'
      ? { shape: outputShape, anyStorage: true }
      : { shape: outputShape, components: outputComponents };
  const [{ dataId, dtype }] = runShader(backend, { ...shader, outputs: { result } }) as [tf.TensorInfo];
  return { dataId, dtype, shape: outputShape };
}

function resultOf(backend: tf.KernelBackend, name: string, output: Output): Binding {
  if ('into' in output) {
    const type = output.atomic ? 'array<atomic<i32>>' : arrayOf(output.into, 1);
    return { name, tensor: output.into, access: 'read_write', type };
  }
  if ('anyStorage' in output) {
    const halves = storesHalves(sizeFromShape(output.shape));
    const tensor = halves ? makeHalves(backend, output.shape) : newTensor(backend, output.shape, 'float32');
    return { name, tensor, access: 'read_write', halves, type: halves ? arrayOfHalves(4) : arrayOf(tensor, 4) };
  }
  const tensor = newTensor(backend, output.shape, output.dtype ?? 'float32');
  return { name, tensor, access: 'read_write', type: arrayOf(tensor, output.components ?? 1) };
}

function newTensor(backend: tf.KernelBackend, shape: number[], dtype: tf.DataType): tf.TensorInfo {
  return (backend as unknown as TensorMaker).makeTensorInfo(shape, dtype);
}

/** WGSL of the functions by which a shader reads and sets arrays that may hold halves. */
function accessCode({ inputs, outputs }: Shader, bindings: readonly Binding[]): string {
  const isIn = (name: string) => bindings.find((binding) => binding.name === name)!.halves === true;
  const reads = Object.entries(inputs).filter(([, { anyStorage }]) => anyStorage);
  const writes = Object.entries(outputs).filter(([, output]) => 'anyStorage' in output);
  const parts = [
    ...reads.map(([name, { components = 1 }]) => readCode(name, components, isIn(name))),
    ...writes.map(([name]) => writeCode(name, isIn(name))),
  ];
  return parts.map((part) => `${part}\n`).join('');
}

function arrayOf({ dtype }: tf.TensorInfo, components: 1 | 2 | 4): string {
  const element = dtype === 'float32' ? 'f32' : 'i32';
  return components === 1 ? `array<${element}>` : `array<vec${components}<${element}>>`;
}

function fields<T extends string>(values: Record<string, number>, type: T): { name: string; type: T; value: number }[] {
  return Object.entries(values).map(([name, value]) => ({ name, type, value }));
}

/** The tensor, or numbers of its own: a cast to float32 leaves in tfjs the integers where they are, and says that they are none. */
function heldAsSaid(backend: tf.KernelBackend, tensor: tf.TensorInfo): tf.TensorInfo {
  const { dtype } = storedIn(backend, tensor.dataId as object);
  if (tensor.dtype !== 'float32' || dtype === 'float32') return tensor;
  const count = sizeFromShape(tensor.shape);
  return runProgram(backend, {
    key: 'as_numbers',
    inputs: { x: { tensor: { ...tensor, dtype } } },
    outputShape: tensor.shape,
    invocations: count,
    integers: { count },
    code: 'fn main(i: i32) { if (i < uniforms.count) { result[i] = f32(x[i]); } }',
  });
}
