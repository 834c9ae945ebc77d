import type * as tf from '@tensorflow/tfjs-core';

import type { Initializer } from './init.ts';
import type { ParamOptions, ParamStore } from './param-store.ts';

/** A place in the checkpoint's key tree. A layer receives one and declares its parameters under it. */
export class Scope {
  readonly path: string;
  readonly store: ParamStore;
  readonly separator: string;

  /** @param separator Between the parts of a key: TensorFlow's object paths have a slash. */
  constructor(store: ParamStore, path: string, separator = '.') {
    this.store = store;
    this.path = path;
    this.separator = separator;
  }

  /** The scope below: `scope.at('layers', 3)` is `<path>.layers.3`. */
  at(...names: (string | number)[]): Scope {
    const path = [this.path, ...names].filter((name) => name !== '').join(this.separator);
    return new Scope(this.store, path, this.separator);
  }

  /** Declares one parameter: read from the checkpoint if there is one, initialized otherwise. */
  param(name: string, shape: number[], initialize: Initializer, options: ParamOptions = {}): tf.Variable {
    return this.store.declare(this.at(name).path, shape, initialize, options);
  }

  /** True while the model runs inside {@link ParamStore.train}. */
  get training(): boolean {
    return this.store.training;
  }

  /** Tensors computed from this scope's parameters once; see {@link ParamStore.derive}. */
  derive<T extends tf.Tensor[]>(name: string, compute: () => T): T {
    return this.store.derive(this.at(name).path, compute);
  }

  /** Shows a value to the store's observer under this path, or a path below it, and hands it on. */
  tap<T extends tf.Tensor>(value: T, name = ''): T {
    this.store.observer?.(name === '' ? this.path : this.at(name).path, value);
    return value;
  }
}
