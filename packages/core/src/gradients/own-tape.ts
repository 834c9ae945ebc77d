import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs what records and differentiates, also within a kernel, where tfjs records nothing, and within another gradient, where
 * tfjs 4 drops the outer tape when the inner gradient ends: both are put back. A pass that fails frees what its tape has saved.
 */
export function onOwnTape<T>(differentiate: () => T): T {
  const { state } = tf.engine();
  const { activeTape: outer, kernelDepth } = state;
  state.kernelDepth = 0;
  try {
    return differentiate();
  } catch (error) {
    if (state.activeTape !== outer) for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
    throw error;
  } finally {
    Object.assign(state, { activeTape: outer, kernelDepth });
  }
}
