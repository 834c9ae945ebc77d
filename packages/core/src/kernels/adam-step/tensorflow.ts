import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { floatOpOn, isOnProcessor, type NativeBackend } from '../tensorflow/native-ops.ts';
import { valuesOf } from '../tensorflow/private-heap.ts';
import type { AdamStep, Attrs, Inputs } from './types.ts';

/** Name by which TensorFlow makes a variable that no other shares. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** Handle of a tensor without a value; disposing of it frees nothing. */
const NO_VALUE = -1;

/** Variables of TensorFlow's that take parameter and moments for the time of one step. */
type Places = [parameter: number, first: number, second: number];
const placesOf = new WeakMap<NativeBackend, Places>();

/** One pass of TensorFlow's over memory in place of ten; its variables are on the processor alone. */
export const adamStepTensorflow: KernelBody<Inputs, Attrs> = (
  { parameter, gradient, norm, ...moments },
  step,
  given,
) => {
  const backend = given as NativeBackend;
  if (!isOnProcessor(given) || step.rootScale === null) return null;
  const places = placesOf.get(backend) ?? makePlaces(backend);
  forgetConstants(backend);
  return tf.tidy(() => {
    const factor = clipFactor(norm, step.clipNorm);
    const kept = times(backend, parameter, 1 - step.decay);
    const inputs = [kept, moments.first, moments.second, times(backend, gradient, factor)];
    const [theta, first, second, g] = backend.getInputTensorIds(inputs);
    assign(backend, places, [theta!, first!, second!]);
    // a value that nobody else holds is changed in place
    if (kept !== parameter) kept.dispose();
    if (step.spendsMoments) for (const moment of [moments.first, moments.second]) letGo(backend, moment);
    const numbers = numbersOf(step).map((value) => constant(backend, value));
    floatOpOn(backend, 'ResourceApplyAdam', [...places, ...numbers, g!], FLAGS, { outputs: 0 });
    const results = places.map((place) => floatOpOn(backend, 'ReadVariableOp', [place], {}, VALUE)[0]!);
    emptySoon(backend, places);
    return results.map((result) => backend.createOutputTensor(result));
  });
};

const FLAGS = { use_locking: false, use_nesterov: false };

/** A tensor times a number; itself for 1. */
function times(backend: NativeBackend, tensor: tf.Tensor, factor: number): tf.Tensor {
  if (factor === 1) return tensor;
  const [product] = floatOpOn(backend, 'Mul', [...backend.getInputTensorIds([tensor]), constant(backend, factor)]);
  return backend.createOutputTensor(product!);
}

/** Most numbers that are kept: a step has six, and two factors for each group of parameters. */
const MOST_CONSTANTS = 64;
const constantsOf = new WeakMap<NativeBackend, Map<number, number>>();

/** The handle of a number, which the parameters of a step share. */
function constant(backend: NativeBackend, value: number): number {
  const { binding } = backend;
  const constants = constantsOf.get(backend) ?? new Map<number, number>();
  constantsOf.set(backend, constants);
  if (!constants.has(value)) {
    constants.set(value, binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)));
  }
  return constants.get(value)!;
}

/** Frees the numbers of earlier steps, where there are many. */
function forgetConstants(backend: NativeBackend): void {
  const constants = constantsOf.get(backend);
  if (constants === undefined || constants.size < MOST_CONSTANTS) return;
  for (const id of constants.values()) backend.binding.deleteTensor(id);
  constants.clear();
}

const willBeEmptied = new WeakSet<NativeBackend>();

/** Lets go of the last results when the parameters of the step are done; those before are displaced by the next. */
function emptySoon(backend: NativeBackend, places: Places): void {
  if (willBeEmptied.has(backend)) return;
  willBeEmptied.add(backend);
  queueMicrotask(() => {
    willBeEmptied.delete(backend);
    const nothing = constant(backend, 0);
    assign(backend, places, [nothing, nothing, nothing]);
  });
}

/** Takes a tensor's value from it, unless a clone has it too. */
function letGo(backend: NativeBackend, { dataId }: tf.Tensor): void {
  if (backend.refCount(dataId) > 1) return;
  const data = backend.tensorMap.get(dataId);
  backend.binding.deleteTensor(data.id);
  data.id = NO_VALUE;
}

/** The factor of `clipped`, of a norm that is one small read away. */
function clipFactor(norm: tf.Tensor, clipNorm: number): number {
  return clipNorm === Number.POSITIVE_INFINITY ? 1 : Math.min(1, clipNorm / (valuesOf(norm)[0]! + 1e-6));
}

/** Name of the attribute that holds the type of a variable. */
const VALUE = { typeName: 'dtype' };

function makePlaces(backend: NativeBackend): Places {
  const attrs = { container: '', shared_name: ANONYMOUS };
  const { binding } = backend;
  const shape = { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [] };
  const places = [0, 1, 2].map(
    () => floatOpOn(backend, 'VarHandleOp', [], attrs, { ...VALUE, others: [shape] })[0]!.id,
  );
  placesOf.set(backend, places as Places);
  return places as Places;
}

function assign(backend: NativeBackend, places: Places, values: [number, number, number]): void {
  for (const [i, place] of places.entries()) {
    floatOpOn(backend, 'AssignVariableOp', [place, values[i]!], {}, { ...VALUE, outputs: 0 });
  }
}

/**
 * TensorFlow's β₁ᵗ, β₂ᵗ, rate, β₁, β₂ and ε. It divides by √v + ε, ours by √v · rootScale + ε; it corrects by powers of the decays,
 * which rate and rootScale have done already.
 */
function numbersOf({ beta1, beta2, epsilon, rate, rootScale }: AdamStep): number[] {
  return [0, 0, rate / rootScale!, beta1, beta2, epsilon / rootScale!];
}
