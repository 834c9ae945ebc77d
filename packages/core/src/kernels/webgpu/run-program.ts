import type * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';

type Uniform = { type: 'int32' | 'float32'; data: number[] };

/** Part of tfjs's webgpu backend that our shaders use. All of it is public there. */
type WebgpuBackend = tf.KernelBackend & {
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: Uniform[],
    output?: tf.TensorInfo,
  ): tf.TensorInfo;
};

/** One compute shader with its inputs, output and uniforms. */
export type Program = {
  /** Unique for the text of the shader: tfjs caches by it. */
  key: string;
  /** Inputs as the shader names them, each an array of f32, vec2 or vec4. */
  inputs: Record<string, { tensor: tf.TensorInfo; components?: 1 | 2 | 4 }>;
  outputShape: number[];
  /** 1 for an array of f32, 4 for one of vec4. */
  outputComponents?: 1 | 4;
  /** Invocations, in workgroups of 64. The shader must check the bound itself: the last group may be larger. */
  invocations: number;
  /** Sizes and constants, as the shader reads them from `uniforms`. */
  integers?: Record<string, number>;
  floats?: Record<string, number>;
  /** Functions, with `fn main(index: i32)` among them. */
  code: string;
  /** Lets the shader add to the result from several invocations: `result` is then an array of atomic bits. */
  accumulateInto?: tf.TensorInfo;
};

/** Invocations of a workgroup: a multiple of the 32 or 64 lanes that adapters run at once, below the limit of 256. */
export const WORKGROUP = 64;

/** Runs a shader over a flat range. Tensors appear to it as flat arrays. */
export function runProgram(backend: tf.KernelBackend, program: Program): tf.TensorInfo {
  const { inputs, outputShape, outputComponents = 1, invocations, integers = {}, floats = {}, code } = program;
  const size = sizeFromShape(outputShape);
  const description = {
    variableNames: Object.keys(inputs),
    variableComponents: Object.values(inputs).map(({ components = 1 }) => components),
    outputComponent: outputComponents,
    outputShape: [size],
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(invocations / WORKGROUP), 1, 1],
    uniforms: declared(integers, 'i32') + declared(floats, 'f32'),
    shaderKey: `seg_${program.key}`,
    atomic: program.accumulateInto !== undefined,
    getUserCode: () => code,
  };
  const uniforms: Uniform[] = [
    ...Object.values(integers).map((value): Uniform => ({ type: 'int32', data: [value] })),
    ...Object.values(floats).map((value): Uniform => ({ type: 'float32', data: [value] })),
  ];
  const flat = Object.values(inputs).map(({ tensor }) => ({ ...tensor, shape: [sizeFromShape(tensor.shape)] }));
  const gpu = backend as WebgpuBackend;
  const target = program.accumulateInto && { ...program.accumulateInto, shape: [size] };
  const { dataId, dtype } = gpu.runWebGPUProgram(description, flat, 'float32', uniforms, target);
  return { dataId, dtype, shape: outputShape };
}

function declared(values: Record<string, number>, type: string): string {
  return Object.keys(values)
    .map((name) => ` ${name} : ${type},`)
    .join('');
}
