import * as tf from '@tensorflow/tfjs-core';

/** Names of the axes that a term wants. Default: any */
type Axes = readonly string[];

/** Logits and targets of one shape, in float32: integers would round what is made of them. Call it within a tidy. */
export function checkedPair<T extends tf.Tensor>(
  where: string,
  logits: T,
  targets: T,
  axes?: Axes,
  names: readonly [string, string] = ['logits', 'targets'],
): [logits: T, targets: T] {
  expectTensor(where, names[0], logits);
  if (axes !== undefined && logits.rank !== axes.length) {
    throw shapeError(`${where}: expected ${names[0]} [${axes.join(', ')}], got [${logits.shape.join(', ')}]`);
  }
  expectShape(where, names[1], targets, logits.shape);
  return [floats(logits), floats(targets)];
}

/** @throws ShapeError where a tensor has another shape than another one */
export function expectShape(where: string, name: string, tensor: tf.Tensor, shape: readonly number[]): void {
  expectTensor(where, name, tensor);
  if (tensor.shape.join() === shape.join()) return;
  throw shapeError(`${where}: expected ${name} [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`);
}

/** @throws RangeError where a list, a promise or nothing is in the place of a tensor */
export function expectTensor(where: string, name: string, value: unknown): void {
  if (Array.isArray((value as { shape?: unknown } | null | undefined)?.shape)) return;
  throw new RangeError(`${where}: expected a tensor as ${name}, got ${JSON.stringify(value)?.slice(0, 80) ?? 'none'}`);
}

/** `ShapeError` of `@seg/core` by name: terms that stand alone have no core. */
function shapeError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ShapeError' });
}

function floats<T extends tf.Tensor>(x: T): T {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

/** @throws RangeError where what a sum is divided by is no number above 0 */
export function expectDivisor(where: string, name: string, value: number): void {
  if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${where}: expected a number above 0 as ${name}, got ${value}`);
}
