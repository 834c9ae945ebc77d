import * as tf from '@tensorflow/tfjs-core';
import { runStepsInTurns, type Steps } from '../steps.ts';
import { COMPILE_ONLY } from './rehearsal.ts';

type Pipelines = Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;

/**
 * Makes the pipelines of a computation on WebGPU side by side and away from this thread, where the computation itself would make
 * one after the other and wait for each. Runs nothing on the device: what the steps give has no values. On other backends it does
 * nothing.
 *
 * @param steps Reads no values, and keeps nothing but what a store derives, which then keeps nothing either
 * @param between Called after each step, as by `runStepsInTurns`
 */
export async function rehearse(
  steps: () => Steps<tf.TensorContainer>,
  between: () => Promise<void> | undefined,
): Promise<void> {
  if (tf.getBackend() !== 'webgpu') return;
  const { pipelineCache } = tf.backend() as unknown as { pipelineCache: Pipelines };
  const waiting = new Map<string, Promise<GPUComputePipeline>>();
  tf.dispose(await runStepsInTurns(compileOnly(steps(), pipelineCache, waiting), between));
  const made = await Promise.allSettled(waiting.values());
  for (const [i, key] of [...waiting.keys()].entries()) {
    const outcome = made[i]!;
    // one that failed is made again by the pass, and reported as ever
    if (outcome.status === 'fulfilled') pipelineCache[key] ??= outcome.value;
  }
}

/** Steps in which nothing runs. Between them the cache has no promises: others may compute, and could not wait for these. */
function* compileOnly<T>(
  steps: Steps<T>,
  cache: Pipelines,
  waiting: Map<string, Promise<GPUComputePipeline>>,
): Steps<T> {
  try {
    for (;;) {
      const step = withoutRunning(steps, cache, waiting);
      if (step.done) return step.value;
      yield;
    }
  } finally {
    steps.return(undefined as T);
  }
}

function withoutRunning<T>(
  steps: Steps<T>,
  cache: Pipelines,
  waiting: Map<string, Promise<GPUComputePipeline>>,
): IteratorResult<void, T> {
  for (const [key, pipeline] of waiting) cache[key] ??= pipeline;
  tf.env().set(COMPILE_ONLY, true);
  try {
    return steps.next();
  } finally {
    tf.env().set(COMPILE_ONLY, false);
    for (const [key, pipeline] of Object.entries(cache)) {
      if (!(pipeline instanceof Promise)) continue;
      waiting.set(key, pipeline);
      pipeline.catch(() => {}); // told of when all have settled
      delete cache[key];
    }
  }
}
