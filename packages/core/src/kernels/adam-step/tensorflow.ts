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
  const { binding } = backend;
  const places = placesOf.get(backend) ?? makePlaces(backend);
  return tf.tidy(() => {
    const kept = step.decay === 0 ? parameter : tf.mul(parameter, 1 - step.decay);
    const factor = clipFactor(norm, step.clipNorm);
    const inputs = [kept, moments.first, moments.second, factor === 1 ? gradient : tf.mul(gradient, factor)];
    const [theta, first, second, g] = backend.getInputTensorIds(inputs);
    assign(backend, places, [theta!, first!, second!]);
    // a value that nobody else holds is changed in place
    if (kept !== parameter) kept.dispose();
    if (step.spendsMoments) for (const moment of [moments.first, moments.second]) letGo(backend, moment);
    const numbers = numbersOf(step).map((value) => binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)));
    const flags = { use_locking: false, use_nesterov: false };
    floatOpOn(backend, 'ResourceApplyAdam', [...places, ...numbers, g!], flags, { outputs: 0 });
    for (const id of numbers) binding.deleteTensor(id);
    const results = places.map((place) => floatOpOn(backend, 'ReadVariableOp', [place], {}, VALUE)[0]!);
    const nothing = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(0));
    assign(backend, places, [nothing, nothing, nothing]); // lets go of the results
    binding.deleteTensor(nothing);
    return results.map((result) => backend.createOutputTensor(result));
  });
};

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
