import { type KernelCall, type ParamStore, recordKernels } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Graph that grows as a pass runs. */
export type Recorder = {
  /** True of tensors that depend on an input. */
  isDynamic(tensor: tf.Tensor): boolean;
  closeModule(path: string): void;
};

// biome-ignore lint/suspicious/noExplicitAny: tfjs types attributes as a bag of unknown values
type Attrs = Record<string, any>;

/** Writes down what a kernel computes: nodes, and the definition of each output. */
export type RecordedKernel<R> = (
  recorder: R,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Attrs,
  outputs: readonly tf.Tensor[],
) => void;

/** Kernels by name that a recorder can write down. */
export type Bodies<R> = Readonly<Record<string, RecordedKernel<R>>>;

/** A recorder, what it can write down, and kernels without inputs that it writes down too. */
export type Recording<R> = { what: string; recorder: R; bodies: Bodies<R>; sources?: Bodies<R> };

/**
 * Runs a forward pass while a recorder writes down the kernels that depend on its input.
 *
 * @param finish Reads the results while they are there
 * @throws Error naming a kernel without a body, with the module that called it; on native TensorFlow, where graphs of attention
 *   came out wrong
 */
export function recordPass<R extends Recorder, T>(
  { what, recorder, bodies, sources = {} }: Recording<R>,
  params: ParamStore,
  forward: () => T,
  finish: (result: T) => void,
): void {
  expectTraceable(what);
  let last = 'the input';
  const before = params.observer;
  params.observer = (path, value) => {
    before?.(path, value);
    recorder.closeModule(path);
    last = path;
  };
  const listener = ({ kernel, inputs, attrs, outputs }: KernelCall): void => {
    const source = sources[kernel];
    const operands = Object.values(inputs);
    if (source === undefined && !operands.some((tensor) => recorder.isDynamic(tensor))) return;
    const body = source ?? bodies[kernel] ?? refuse(what, kernel, placeOf(operands, params, last));
    body(recorder, inputs, attrs, outputs);
  };
  try {
    tf.tidy(() => finish(recordKernels(listener, forward, { plain: true })));
  } finally {
    params.observer = before;
  }
}

function placeOf(operands: readonly tf.Tensor[], params: ParamStore, last: string): string {
  const key = operands.map((tensor) => params.nameOf(tensor)).find((name) => name !== undefined);
  return key === undefined ? `called behind ${last}` : `called with ${key}`;
}

function refuse(what: string, kernel: string, place: string): never {
  throw new Error(`${what}: expected a kernel that this format has a form of, got ${kernel}, ${place}`);
}

function expectTraceable(what: string): void {
  if (tf.getBackend() !== 'tensorflow') return;
  throw new Error(`${what}: expected backend wasm, webgpu or cpu, got native TensorFlow`);
}
