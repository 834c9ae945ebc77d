import { FormatError } from '@seg/checkpoint';
import { operationsOf, ParamStore, recordKernels, type Size } from '@seg/core';
import { SYSTEMS } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import type { ModelInfo } from './describe-model.ts';

/** Cost of a forward pass over one image. */
export type PassCost = {
  /** Height and width behind preprocessing. */
  size: Size;
  /** Floating point operations; multiplications and additions each count as one. */
  operations: number;
  /** Most bytes of tensors at once, parameters among them. */
  bytes: number;
};

/**
 * Runs a pass of a model with parameters of zeros on the backend in use, and counts what its kernels do.
 *
 * @throws FormatError where the network takes no image of the size
 */
export function measurePass(
  { config, preprocessing }: Pick<ModelInfo, 'config' | 'preprocessing'>,
  size: Size,
): PassCost {
  const system = SYSTEMS.find(({ models }) => models.some((name) => name === config.model))!;
  const params = new ParamStore('zeros');
  try {
    const model = system.build(params, config);
    let [operations, bytes] = [0, 0];
    tf.tidy(() => {
      const pixels = tf.zeros<tf.Rank.R4>([1, ...size, 3]);
      recordKernels(
        (call) => {
          operations += operationsOf(call);
          bytes = Math.max(bytes, tf.memory().numBytes);
        },
        () => model.forward(pixels) as tf.TensorContainer,
      );
    });
    return { size, operations, bytes };
  } catch (cause) {
    throw refusedSize(size, preprocessing.divisor, cause);
  } finally {
    params.dispose();
  }
}

function refusedSize(size: Size, divisor: number, cause: unknown): FormatError {
  const wanted = divisor > 1 ? `sides that are multiples of ${divisor}` : 'a size that the network takes';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(`info: expected ${wanted}, got ${size.join('x')}: ${reason}`, { cause });
}
