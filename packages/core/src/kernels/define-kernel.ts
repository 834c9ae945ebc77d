import * as tf from '@tensorflow/tfjs-core';

import { vjp } from '../gradients/vjp.ts';

export type KernelInputs = Record<string, tf.Tensor | undefined>;
export type KernelAttrs = Record<string, unknown>;

/** What a fast body is given: inputs as the backend holds them. */
export type BodyCall<I extends KernelInputs, A extends KernelAttrs> = { inputs: I; attrs: A };

/**
 * A fast implementation on one backend, written against that backend's own API. Returns null where it does not apply,
 * for instance for a number of channels it cannot vectorize: then the reference runs.
 */
export type Body<I extends KernelInputs, A extends KernelAttrs> = (
  inputs: I,
  attrs: A,
  backend: tf.KernelBackend,
) => tf.TensorInfo | tf.TensorInfo[] | null;

/** Backends as tfjs names them; `tensorflow` is both native ones. */
export type RegistryName = 'cpu' | 'wasm' | 'webgpu' | 'tensorflow';

export type KernelDefinition<I extends KernelInputs, A extends KernelAttrs> = {
  /** Unique, e.g. `SegLayerNorm`. */
  name: string;
  /** What the kernel means, in plain tfjs ops. Runs wherever no body applies. */
  reference: (inputs: I, attrs: A) => tf.Tensor | tf.Tensor[];
  /** Faster equivalents. */
  bodies?: Partial<Record<RegistryName, Body<I, A>>>;
  /**
   * Derivatives by input, each computed only if needed. Default: those of the reference, computed anew from the
   * inputs.
   */
  gradient?: (dy: tf.Tensor, inputs: I, attrs: A, output: tf.Tensor) => { [K in keyof I]?: () => tf.Tensor };
  /** Inputs that the gradient reads. Default: all. Those not listed may be left out of a call. */
  saves?: readonly (keyof I & string)[];
};

/**
 * Defines an op whose meaning is its reference and whose speed is optional: one kernel of tfjs and one node on the
 * tape, on every backend. Entered into tfjs's registries on first use, so that importing has no effect.
 */
export function defineKernel<I extends KernelInputs, A extends KernelAttrs>(
  definition: KernelDefinition<I, A>,
): (inputs: I, attrs: A) => tf.Tensor | tf.Tensor[] {
  const { name } = definition;
  return (inputs, attrs) => {
    if (tf.getKernel(name, tf.getBackend()) === undefined) register(definition, tf.getBackend());
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
    return tf.engine().runKernel(name, given as tf.NamedTensorMap, attrs as never) as tf.Tensor | tf.Tensor[];
  };
}

function register<I extends KernelInputs, A extends KernelAttrs>(
  definition: KernelDefinition<I, A>,
  backendName: string,
): void {
  const body = definition.bodies?.[backendName as RegistryName];
  tf.registerKernel({
    kernelName: definition.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      body?.(inputs as I, attrs as unknown as A, backend as tf.KernelBackend) ??
      tf.tidy(() => definition.reference(inputs as I, attrs as unknown as A)),
  });
  if (tf.getGradient(definition.name) === undefined) tf.registerGradient(gradientOf(definition));
}

function gradientOf<I extends KernelInputs, A extends KernelAttrs>(definition: KernelDefinition<I, A>): tf.GradConfig {
  const { name, gradient, saves, reference } = definition;
  if (gradient === undefined) return referenceGradient(name, saves, reference as never);
  return {
    kernelName: name,
    inputsToSave: [...(saves ?? [])],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const inputs = Object.fromEntries((saves ?? []).map((input, i) => [input, saved[i]]));
      return gradient(dy as tf.Tensor, inputs as I, attrs as unknown as A, saved.at(-1)!) as Record<
        string,
        () => tf.Tensor
      >;
    },
  };
}

function referenceGradient(
  kernelName: string,
  saves: readonly string[] | undefined,
  reference: (inputs: tf.NamedTensorMap, attrs: KernelAttrs) => tf.Tensor,
): tf.GradConfig {
  const inputNames = [...(saves ?? [])];
  return {
    kernelName,
    inputsToSave: inputNames,
    gradFunc: (dy, saved, attrs) => {
      const named = (tensors: tf.Tensor[]) => Object.fromEntries(inputNames.map((input, i) => [input, tensors[i]]));
      const gradients = vjp((...xs) => reference(named(xs), attrs), saved, dy as tf.Tensor);
      return Object.fromEntries(inputNames.map((input, i) => [input, () => gradients[i]]));
    },
  };
}
