import type * as tf from '@tensorflow/tfjs-core';

import { expectNumber } from './expect-number.ts';
import type { GroupScales } from './parameter-groups.ts';

/**
 * Refuses an update that would spoil every parameter, before anything is computed.
 *
 * @throws RangeError at a learning rate that is none, TypeError at a gradient that is not float32
 */
export function expectUpdate(
  where: string,
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  learningRate: number,
): void {
  expectNumber(`${where}, learning rate`, learningRate, { least: 0 });
  for (const [key, gradient] of gradients) {
    if (gradient === null || gradient.dtype === 'float32') continue;
    throw new TypeError(`${where}: expected a float32 gradient of ${key}, got ${gradient.dtype}`);
  }
}

/** Factors of a parameter, 1 where its group says none. @throws RangeError at one that is no number of 0 or more */
export function scalesOf(where: string, group: (key: string) => GroupScales, key: string): Required<GroupScales> {
  const { learningRate = 1, weightDecay = 1 } = group(key);
  expectNumber(`${where}, learning rate of ${key}`, learningRate, { least: 0 });
  expectNumber(`${where}, weight decay of ${key}`, weightDecay, { least: 0 });
  return { learningRate, weightDecay };
}
