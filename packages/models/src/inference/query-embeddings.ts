import type { ParamStore, Steps } from '@seg/core';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs a pass and keeps the vectors of its queries, as the network has them at hand: nothing is computed for them.
 *
 * @param path Of the tap; undefined for a network without queries
 * @param run Runs the steps of the pass, with others between them
 * @returns [B, N, D] or null, to be disposed of
 */
export async function keepEmbeddings<T>(
  params: ParamStore,
  path: string | undefined,
  steps: Steps<T>,
  run: (steps: Steps<T>) => Promise<T>,
): Promise<{ outcome: T; embeddings: tf.Tensor3D | null }> {
  let embeddings: tf.Tensor3D | null = null;
  const observe = (at: string, value: tf.Tensor) => {
    if (at !== path) return;
    embeddings?.dispose(); // of an earlier layer
    embeddings = tf.keep(tf.clone(value)) as tf.Tensor3D;
  };
  try {
    return { outcome: await run(observedSteps(params, observe, steps)), embeddings };
  } catch (error) {
    tf.dispose(embeddings ?? []);
    throw error;
  }
}

/** The same steps; the store is observed while one of them runs, and not between them, where others run. */
function* observedSteps<T>(
  params: ParamStore,
  observe: (path: string, value: tf.Tensor) => void,
  steps: Steps<T>,
): Steps<T> {
  try {
    for (;;) {
      const before = params.observer;
      params.observer = (path, value) => {
        before?.(path, value);
        observe(path, value);
      };
      let step: IteratorResult<void, T>;
      try {
        step = steps.next();
      } finally {
        params.observer = before;
      }
      if (step.done) return step.value;
      yield;
    }
  } finally {
    steps.return(undefined as T);
  }
}

/**
 * Puts the vectors of the queries in place of their numbers.
 *
 * @param vectors [N, D] of the image; undefined where there are none
 */
export function withEmbeddings<R extends InstanceList | SegmentMap>(result: R, vectors: Float32Array[] | undefined): R {
  const described = <S extends { query?: number }>({ query, ...rest }: S) => {
    const embedding = query === undefined ? undefined : vectors?.[query];
    return embedding === undefined ? rest : { ...rest, embedding };
  };
  if ('ids' in result) return { ...result, segments: result.segments.map(described) };
  return { ...result, instances: result.instances.map(described) };
}

/** The same result without vectors. */
export function withoutEmbeddings<R extends InstanceList | SegmentMap>(result: R): R {
  const plain = <S extends { embedding?: Float32Array }>({ embedding: _, ...rest }: S) => rest;
  if ('ids' in result) return { ...result, segments: result.segments.map(plain) };
  return { ...result, instances: result.instances.map(plain) };
}

/** Vectors by image and query: [B, N, D]. */
export async function readEmbeddings(embeddings: tf.Tensor3D): Promise<Float32Array[][]> {
  const [, queries, length] = embeddings.shape;
  const values = (await embeddings.data()) as Float32Array;
  const vector = (i: number) => values.slice(i * length, (i + 1) * length);
  return Array.from({ length: embeddings.shape[0] }, (_, b) =>
    Array.from({ length: queries }, (_, q) => vector(b * queries + q)),
  );
}
