import type { ParamStore, Steps } from '@seg/core';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

/** Keeper of the vectors of a pass's queries, as the network has them at hand: nothing is computed for them. */
export class QueryEmbeddings {
  private readonly params: ParamStore;
  private readonly path: string | undefined;
  /** [B, N, D] of the last layer; null where there are none. */
  tensor: tf.Tensor3D | null = null;

  /** @param path Of the tap; undefined for a network without queries */
  constructor(params: ParamStore, path: string | undefined) {
    this.params = params;
    this.path = path;
  }

  /** Runs a pass. @returns Its result */
  during<T>(pass: () => T): T {
    const before = this.params.observer;
    this.params.observer = (at, value) => {
      before?.(at, value);
      if (at !== this.path) return;
      this.tensor?.dispose(); // of an earlier layer
      this.tensor = tf.keep(tf.clone(value)) as tf.Tensor3D;
    };
    try {
      return pass();
    } finally {
      this.params.observer = before;
    }
  }

  /** {@link during} of a pass in steps, between which other passes may take theirs. */
  *duringSteps<T>(steps: Steps<T>): Steps<T> {
    try {
      for (;;) {
        const step = this.during(() => steps.next());
        if (step.done) return step.value;
        yield;
      }
    } finally {
      steps.return(undefined as T);
    }
  }

  /** Reads the vectors by image and query; null where there are none. */
  async read(): Promise<Float32Array[][] | null> {
    if (this.tensor === null) return null;
    const [batch, queries, length] = this.tensor.shape;
    const values = (await this.tensor.data()) as Float32Array;
    const vector = (i: number) => values.slice(i * length, (i + 1) * length);
    return Array.from({ length: batch }, (_, b) => Array.from({ length: queries }, (_, q) => vector(b * queries + q)));
  }

  dispose(): void {
    this.tensor?.dispose();
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
