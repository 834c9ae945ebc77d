import { type ParamSource, readAs, type Schema } from '@seg/checkpoint/safetensors';

import type { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { TapResult } from '../compare/tap-result.ts';

/**
 * Another way to compute the values that a pass over pixels shows, by their names and in the same layouts.
 *
 * @param forward Runs the pass here; the values are the caller's
 */
export type ForwardRuntime = (
  params: ParamStore,
  pixels: tf.Tensor4D,
  forward: () => ReadonlyMap<string, tf.Tensor>,
) => Promise<Map<string, tf.Tensor>>;

/** Choices for the comparison of a forward pass. */
export type GoldenOptions = {
  /** Changes the weights before they are used: rounds them, for one. */
  weights?: (source: ParamSource) => ParamSource;
  /** Computes what a pass shows in some other way, by another runtime for one. Default: the pass itself. */
  runtime?: ForwardRuntime;
};

/** A golden file, read and understood. */
export type Golden = {
  file: string;
  /** `golden-1` and the like. */
  format: string;
  /** System or backbone; nothing where a file is of several. */
  model: string | undefined;
  /** Reference that the numbers are of. */
  reference: string;
  /** Compares all that the file holds, in its order. Options are for forward passes; other files have no use for them. */
  check(options?: GoldenOptions): AsyncGenerator<TapResult>;
};

/** Content of golden files of one format and some models, and how that is compared. */
export type GoldenKind = {
  format: string;
  /** Models whose files are of this kind; nothing where the format names none. */
  models: readonly string[] | undefined;
  /**
   * @param where Names the file
   * @returns The comparison, not begun
   * @throws FormatError naming the field that is not as documented
   */
  read(where: string, json: unknown): (options?: GoldenOptions) => AsyncGenerator<TapResult>;
};

/** A kind of golden file by its schema and its comparison. */
export function goldenKind<T>(
  format: string,
  models: readonly string[] | undefined,
  schema: Schema<T>,
  check: (golden: T, where: string, options: GoldenOptions) => AsyncGenerator<TapResult>,
): GoldenKind {
  return {
    format,
    models,
    read: (where, json) => {
      const golden = readAs(where, schema, json);
      return (options = {}) => check(golden, where, options);
    },
  };
}
