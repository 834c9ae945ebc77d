import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.ts';
import { expectSingleCopy } from './single-copy.ts';

/**
 * @throws BackendError where no backend was chosen yet, for which tfjs has an error that names none of our functions, and
 *   where another copy of this package chose it
 */
export function expectBackend(where: string): void {
  if (!tf.getBackend()) throw new BackendError(`${where}: expected a backend, got none. Call useBackend first`);
  expectSingleCopy(where);
}
