import * as tf from '@tensorflow/tfjs-core';

import { expectBackend } from '../backend/expect-backend.ts';
import { vjp } from '../gradients/vjp.ts';
import { type Axis, expectShapes } from '../shape.ts';

/** Tensors by name; what may be left out is undefined. */
export type KernelInputs = Record<string, tf.Tensor | undefined>;
/** Everything that a kernel takes besides tensors. */
export type KernelAttrs = Record<string, unknown>;

/**
 * A fast implementation on one backend, written against that backend's own API. Returns null where it does not apply,
 * for instance for a number of channels it cannot vectorize: then the reference runs.
 *
 * @param reference The reference on the same inputs
 */
export type KernelBody<I extends KernelInputs, A extends KernelAttrs> = (
  inputs: I,
  attrs: A,
  backend: tf.KernelBackend,
  reference: () => tf.Tensor | tf.Tensor[],
) => tf.TensorInfo | tf.TensorInfo[] | null;

/** Backends as tfjs names them; `tensorflow` is both native ones. */
export type RegistryName = 'cpu' | 'wasm' | 'webgpu' | 'tensorflow';

/** Derivatives of a kernel from the gradient of its output, what was saved of its inputs, and its output where that is read. */
export type GradientOf<I extends KernelInputs, A extends KernelAttrs> = (
  dy: tf.Tensor,
  inputs: I,
  attrs: A,
  output: tf.Tensor | undefined,
) => { [K in keyof I]?: () => tf.Tensor };

/** Patterns of shapes by input, as `expectShapes` takes them. */
export type ShapesOf<I> = { [K in keyof I]?: readonly Axis[] };

/** Definition of a kernel: its meaning, its faster equivalents and its derivative. */
export type KernelDefinition<I extends KernelInputs, A extends KernelAttrs> = {
  /** Unique, e.g. `SegLayerNorm`. */
  name: string;
  /** Meaning of the kernel in plain tfjs ops. Runs wherever no body applies. */
  reference: (inputs: I, attrs: A) => tf.Tensor | tf.Tensor[];
  /** Shapes that every call is held to on every backend, as `expectShapes` takes them: bodies read by addresses, and check nothing. */
  shapes?: (attrs: A) => ShapesOf<I>;
  /** Inputs that are int32. All others are float32, or the reference runs. */
  integers?: readonly (keyof I & string)[];
  /** Faster equivalents. */
  bodies?: Partial<Record<RegistryName, KernelBody<I, A>>>;
  /**
   * Derivatives by input, each computed only if needed. Default: those of the reference, computed anew from the
   * inputs. `none` for kernels that are themselves derivatives.
   */
  gradient?: GradientOf<I, A> | 'none';
  /** Inputs that the gradient reads; a call cannot leave those out. */
  saves?: readonly (keyof I & string)[];
  /** True of a call whose output the gradient reads, which is then kept until that is asked for. Default: of none. */
  readsOutput?: (attrs: A) => boolean;
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
    expectBackend(name);
    const shapes = definition.shapes ?? broughtShapes.get(tf.getBackend())?.[name];
    if (shapes !== undefined) expectInputs(name, inputs, shapes(attrs));
    if (tf.getKernel(name, tf.getBackend()) === undefined) register(definition, tf.getBackend());
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
    return tf.engine().runKernel(name, given as tf.NamedTensorMap, attrs as never) as tf.Tensor | tf.Tensor[];
  };
}

/** Holds the inputs of a kernel to their shapes. */
function expectInputs<I extends KernelInputs>(kernel: string, inputs: I, shapes: ShapesOf<I>): void {
  const op = kernel[3]!.toLowerCase() + kernel.slice(4); // SegGelu is gelu
  const patterns = Object.entries(shapes) as [string, readonly Axis[]][];
  expectShapes(op, Object.fromEntries(patterns.map(([key, pattern]) => [key, [inputs[key], pattern]])));
}

// biome-ignore lint/suspicious/noExplicitAny: of every kernel
type BodiesByKernel = Readonly<Record<string, KernelBody<any, any>>>;

// biome-ignore lint/suspicious/noExplicitAny: of every kernel
type ShapesByKernel = Readonly<Record<string, (attrs: any) => ShapesOf<KernelInputs>>>;

/** Bodies that backends bring with them, and shapes that they need. */
const brought = new Map<string, BodiesByKernel>();
const broughtShapes = new Map<string, ShapesByKernel>();

/**
 * Takes in the bodies of a backend that is about to start, by kernel, and the shapes of kernels that have a body there alone: what
 * pages without it need not fetch.
 */
export function bringBodies(backendName: RegistryName, bodies: BodiesByKernel, shapes: ShapesByKernel = {}): void {
  brought.set(backendName, bodies);
  broughtShapes.set(backendName, shapes);
}

function register<I extends KernelInputs, A extends KernelAttrs>(
  definition: KernelDefinition<I, A>,
  backendName: string,
): void {
  const body = definition.bodies?.[backendName as RegistryName] ?? brought.get(backendName)?.[definition.name];
  const integers: readonly string[] = definition.integers ?? [];
  // a body reads the bits that are there
  const isReadable = (inputs: tf.NamedTensorInfoMap) =>
    Object.entries(inputs).every(([key, input]) => input?.dtype === (integers.includes(key) ? 'int32' : 'float32'));
  tf.registerKernel({
    kernelName: definition.name,
    backendName,
    kernelFunc: ({ inputs: given, attrs: asked, backend }) => {
      const [inputs, attrs] = [given as I, asked as unknown as A];
      const reference = () => tf.tidy(() => definition.reference(inputs, attrs));
      const isFast = body !== undefined && isReadable(given as tf.NamedTensorInfoMap);
      const result = (isFast ? body(inputs, attrs, backend as tf.KernelBackend, reference) : null) ?? reference();
      keepsOutput = definition.readsOutput?.(attrs) ?? false;
      return result;
    },
  });
  const { gradient } = definition;
  if (gradient === 'none' || tf.getGradient(definition.name) !== undefined) return;
  tf.registerGradient(gradient === undefined ? referenceGradient(definition) : ownGradient(definition, gradient));
}

/** True if the gradient of the kernel that has just run reads its output: tfjs asks right behind it what to keep. */
let keepsOutput = false;

function ownGradient<I extends KernelInputs, A extends KernelAttrs>(
  { name, saves = [] }: KernelDefinition<I, A>,
  gradient: GradientOf<I, A>,
): tf.GradConfig {
  return {
    kernelName: name,
    inputsToSave: [...saves],
    get outputsToSave() {
      return [keepsOutput];
    },
    gradFunc: (dy, saved, attrs) => {
      const inputs = Object.fromEntries(saves.map((input, i) => [input, saved[i]])) as I;
      const output = saved[saves.length];
      return gradient(dy as tf.Tensor, inputs, attrs as unknown as A, output) as Record<string, () => tf.Tensor>;
    },
  };
}

function referenceGradient<I extends KernelInputs, A extends KernelAttrs>(
  definition: KernelDefinition<I, A>,
): tf.GradConfig {
  const { name, saves = [] } = definition;
  return {
    kernelName: name,
    inputsToSave: [...saves],
    gradFunc: (dy, saved, attrs) => {
      const named = (tensors: tf.Tensor[]) => Object.fromEntries(saves.map((input, i) => [input, tensors[i]])) as I;
      const rerun = (...xs: tf.Tensor[]) => definition.reference(named(xs), attrs as unknown as A) as tf.Tensor;
      const gradients = vjp(rerun, saved, dy as tf.Tensor);
      return Object.fromEntries(saves.map((input, i) => [input, () => gradients[i]]));
    },
  };
}
