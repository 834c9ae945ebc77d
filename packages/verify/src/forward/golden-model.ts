import type { KeyMap } from '@seg/checkpoint/safetensors';
import type { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { TapResult } from '../compare/tap-result.ts';

/** Way to build one system from a golden file, and the places of its taps are. */
export type GoldenModel = {
  keyMap: KeyMap;
  /** True if a key of the file holds nothing that this model has. */
  ignored?: (key: string) => boolean;
  create(params: ParamStore): RunningModel;
  /** Path of the model's tap for a golden's name, or null where the golden records something else. */
  tapPath(name: string): string | null;
  /** Other value that a tap may hold, where a tie within the golden's noise can fall either way; see compareTap. */
  alternatives?(name: string, tapped: ReadonlyMap<string, tf.Tensor>): Promise<ArrayLike<number> | undefined>;
  /** Paths that `decoded` needs, whether or not the file has taps there. */
  decodedPaths?: readonly string[];
};

/** A model with its weights. */
export type RunningModel = {
  /** Runs forward, so that all taps are passed. */
  run(pixels: tf.Tensor4D): void;
  /** Compares what is decoded of the prediction. */
  decoded?(pixels: tf.Tensor4D, tapped: ReadonlyMap<string, tf.Tensor>): AsyncIterable<TapResult>;
};
