import { A_FLAG, ANYTHING, expectOptions, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { ParamSource } from '@seg/checkpoint/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { expectBackend } from '../backend/expect-backend.ts';
import { isLost } from '../backend/lost-device.ts';
import { isRehearsal } from '../backend/rehearsal.ts';
import { BackendError, CheckpointError } from '../errors.ts';
import { isRecorded } from '../kernels/recorded.ts';
import { disposeBehindPasses } from '../open-passes.ts';
import type { Initializer } from './init.ts';
import type { StoredLayout } from './layouts.ts';
import type { TrainingRanks } from './training-ranks.ts';

/** Options of a parameter: trained or not, and its layout in the checkpoint. */
export type ParamOptions = {
  /** Layout in the checkpoint. Default: as we hold it. */
  stored?: StoredLayout;
  /** False for running statistics and frozen weights. Default: true. */
  trainable?: boolean;
  /** False if a checkpoint may lack the key: it is then initialized. Default: true. */
  required?: boolean;
};

const OPTIONS = { stored: ANYTHING, trainable: A_FLAG, required: A_FLAG };
const A_SOURCE: OptionCheck = [
  'null, zeros, shapes or tensors with keys and read',
  (value) =>
    value === null || value === 'zeros' || value === 'shapes' || typeof (value as ParamSource)?.read === 'function',
];

/** Bounds of a model, checked at every parameter that it declares. */
export type ParamLimits = { numbers: number; parameters: number };

/** Sizes of inputs for which a place keeps tensors: those that were used last. */
const MOST_SIZES = 8;

type StoredParam = {
  variable: tf.Variable;
  stored: StoredLayout | undefined;
  required: boolean;
  initialize: Initializer;
};

/**
 * Owns every parameter of one model, by checkpoint key: the state dict, the list an optimizer walks, and the only
 * object to dispose when the model goes away. Variables are unnamed, so two models may share keys.
 */
export class ParamStore {
  private readonly source: ParamSource | null;
  private readonly kind: 'values' | 'zeros' | 'shapes';
  private readonly limits: ParamLimits | undefined;
  private readonly fresh: ReadonlySet<string>;
  private readonly laidOut = new Map<string, readonly number[]>();
  private readonly counted = { numbers: 0, parameters: 0 };
  private readonly entries = new Map<string, StoredParam>();
  private readonly missing: string[] = [];
  private readonly misshapen: string[] = [];
  private readonly derived = new Map<string, { tensors: tf.Tensor[]; version: number }>();
  private readonly sized = new Map<string, Set<string>>(); // keys of a place, the last used last
  private version = 0;
  private placeholder: tf.Variable | undefined; // stands for every parameter of a store of shapes
  private isDisposed = false;

  /** Receives intermediate values by module path while set. Parity tests listen here. */
  observer: ((path: string, value: tf.Tensor) => void) | null = null;
  /** True inside {@link train}: dropout drops, drop path drops. */
  training = false;
  /** True where training computes the activations of blocks twice, and keeps them not; see `recompute`. */
  recomputes = false;
  /** True inside {@link repeat}: running statistics have followed already. */
  repeats = false;
  /** Processes that train this model together, for layers that take statistics of a batch. */
  ranks: TrainingRanks | null = null;

  /**
   * @param source Where parameters come from; null initializes them, `'zeros'` leaves them zero where only their keys
   *   and shapes are wanted, `'shapes'` makes none and counts them
   * @param limits Of a model that a file describes. Default: none
   * @param fresh Keys that are initialized although a source has them, class heads for other classes for example
   */
  constructor(
    source: ParamSource | 'zeros' | 'shapes' | null = null,
    limits?: ParamLimits,
    fresh: Iterable<string> = [],
  ) {
    expectValue('ParamStore', 'source', source, A_SOURCE);
    const isSource = source !== null && typeof source === 'object';
    this.source = isSource ? source : null;
    this.kind = isSource || source === null ? 'values' : source;
    this.limits = limits;
    this.fresh = new Set(fresh);
  }

  /** Counts the declared parameters, and the numbers in them. */
  get size(): ParamLimits {
    return { ...this.counted };
  }

  /** Shape of every declared parameter, as held, by key. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    return this.laidOut;
  }

  get root(): Scope {
    return new Scope(this, '');
  }

  keys(): string[] {
    this.expectLive('ParamStore.keys');
    return [...this.entries.keys()];
  }

  /** @throws Error if the model has no such parameter */
  get(key: string): tf.Variable {
    this.expectLive(key);
    const entry = this.entries.get(key);
    if (entry === undefined) throw new Error(`ParamStore.get: expected a key of the model, got ${key}`);
    return entry.variable;
  }

  /**
   * Finds the parameter whose values a tensor has: its key, or of a tensor derived of parameters the place that it was derived
   * at, with its number there. Undefined of all others.
   */
  nameOf({ dataId }: tf.Tensor): string | undefined {
    for (const [key, { variable }] of this.entries) if (variable.dataId === dataId) return key;
    for (const [key, { tensors }] of this.derived) {
      const at = tensors.findIndex((tensor) => tensor.dataId === dataId);
      if (at >= 0) return `${key}.${at}`;
    }
    return undefined;
  }

  storedLayout(key: string): StoredLayout | undefined {
    this.expectLive(key);
    return this.entries.get(key)?.stored;
  }

  trainable(): Map<string, tf.Variable> {
    this.expectLive('ParamStore');
    const all = [...this.entries].map(([key, { variable }]) => [key, variable] as const);
    return new Map(all.filter(([, variable]) => variable.trainable));
  }

  /**
   * Throws one {@link CheckpointError} naming every key that did not fit. Call once, after construction.
   *
   * @param ignore Keys of the checkpoint that the model may leave unused
   */
  verify(ignore: (key: string) => boolean = () => false): void {
    if (this.source === null) return;
    const unexpected = [...this.source.keys()].filter((key) => !this.entries.has(key) && !ignore(key));
    if (this.missing.length + unexpected.length + this.misshapen.length === 0) return;
    this.dispose();
    throw new CheckpointError(this.missing, unexpected, this.misshapen);
  }

  /**
   * Throws one {@link CheckpointError} naming every key of a checkpoint that would not fit this model. Reads no
   * values of a source that tells its shapes.
   *
   * @param ignore Keys of the checkpoint that the model may leave unused
   */
  expectFit(source: ParamSource, ignore: (key: string) => boolean = () => false): void {
    const missing: string[] = [];
    const misshapen: string[] = [];
    for (const [key, { variable, stored, required }] of this.entries) {
      const expected = stored ? stored.toStored(variable.shape) : variable.shape;
      const actual = (source.shape ? source.shape(key) : source.read(key)?.shape) ?? null;
      if (actual === null && required) missing.push(key);
      if (actual !== null && actual.join() !== expected.join()) misshapen.push(misfit(key, actual, expected));
    }
    const unexpected = [...source.keys()].filter((key) => !this.entries.has(key) && !ignore(key));
    if (missing.length + unexpected.length + misshapen.length === 0) return;
    throw new CheckpointError(missing, unexpected, misshapen);
  }

  /** Runs `f` in training mode. A forward pass is synchronous, so the mode cannot leak out of it. */
  train<T>(f: () => T): T {
    this.training = true;
    try {
      return f();
    } finally {
      this.training = false;
    }
  }

  /** Runs `f`, which has run before in training mode, once more: it follows no statistics and shows nothing. */
  repeat<T>(f: () => T): T {
    const { observer } = this;
    this.observer = null;
    this.repeats = true;
    try {
      return this.train(f);
    } finally {
      this.observer = observer;
      this.repeats = false;
    }
  }

  /** Tells the store that parameters changed, so that {@link derive} computes anew. Optimizers call it. */
  touch(): void {
    this.version++;
  }

  /**
   * Tensors computed from parameters once and kept until parameters change: folded batch norms, for one. Where a tape records,
   * whose gradients kept tensors would cut off, they are computed anew, and the tidy around them frees them.
   *
   * @param size Of the input that they are for: those of the last eight are kept. Default: they are for all
   */
  derive<T extends tf.Tensor[]>(key: string, compute: () => T, size?: string): T {
    return isRecorded() ? compute() : this.holdSized(key, this.version, compute, size);
  }

  /**
   * Tensors that no parameter has a part in, computed once and kept.
   *
   * @param size As in {@link derive}
   */
  constant<T extends tf.Tensor[]>(key: string, compute: () => T, size?: string): T {
    return this.holdSized(key, 0, compute, size);
  }

  private holdSized<T extends tf.Tensor[]>(place: string, version: number, compute: () => T, size?: string): T {
    if (size === undefined) return this.hold(place, version, compute);
    const key = `${place}.${size}`;
    const tensors = this.hold(key, version, compute);
    if (this.derived.has(key)) this.use(place, key);
    return tensors;
  }

  /** Counts a size as the last one used, and lets go of those used longest ago; passes that rest keep theirs. */
  private use(place: string, key: string): void {
    const keys = this.sized.get(place) ?? new Set();
    keys.delete(key);
    this.sized.set(place, keys.add(key));
    for (const oldest of keys) {
      if (keys.size <= MOST_SIZES) return;
      keys.delete(oldest);
      disposeBehindPasses(this.derived.get(oldest)?.tensors ?? []);
      this.derived.delete(oldest);
    }
  }

  private hold<T extends tf.Tensor[]>(key: string, version: number, compute: () => T): T {
    this.expectLive(key);
    if (isRehearsal()) return compute(); // without values, so not to be kept
    const known = this.derived.get(key);
    if (known !== undefined && known.version === version) return known.tensors as T;
    if (known !== undefined) disposeBehindPasses(known.tensors);
    const tensors = tf.tidy(compute).map((tensor) => tf.keep(tensor)) as T;
    this.derived.set(key, { tensors, version });
    return tensors;
  }

  /**
   * Uploads again what a lost device held, from the source of the parameters. Does nothing where nothing is lost.
   *
   * @throws BackendError where parameters were trained or initialized, which no source has
   */
  restore(): void {
    const gone = [...this.entries].filter(([, { variable }]) => isLost(variable));
    if (gone.length === 0) return;
    if (this.source === null || this.version > 0 || gone.some(([key]) => this.fresh.has(key))) {
      const found = 'some that only the lost device had (load them, or go on from the last checkpoint)';
      throw new BackendError(`webgpu: expected weights from a source to upload again, got ${found}`);
    }
    for (const { tensors } of this.derived.values()) disposeBehindPasses(tensors);
    this.derived.clear();
    this.sized.clear();
    for (const [key, { variable, stored, required, initialize }] of gone) {
      tf.tidy(() => {
        const shape = variable.shape;
        variable.assign(this.stored(key, shape, { stored, required }) ?? initialize(shape));
      });
    }
  }

  /** Frees the parameters. Layers that are called afterwards, and passes that rest, say that their model is gone. */
  dispose(): void {
    this.isDisposed = true;
    for (const [key, { variable }] of this.entries) {
      variable.dispose();
      refuseUse(variable, key);
    }
    this.placeholder?.dispose();
    this.placeholder = undefined;
    for (const [key, { tensors }] of this.derived) {
      tf.dispose(tensors);
      for (const tensor of tensors) refuseUse(tensor, key);
    }
    this.entries.clear();
    this.derived.clear();
    this.sized.clear();
  }

  /** @internal Called through {@link Scope.param}. */
  declare(key: string, shape: number[], initialize: Initializer, options: ParamOptions): tf.Variable {
    expectOptions(`ParamStore: ${key}`, options, OPTIONS);
    expectBackend(`ParamStore: ${key}`);
    this.expectLive(key);
    this.count(key, shape);
    this.laidOut.set(key, shape);
    if (this.kind === 'shapes') return (this.placeholder ??= tf.tidy(() => tf.variable(tf.zeros([0]), false)));
    if (this.entries.has(key)) throw new Error(`ParamStore: expected ${key} to be declared once, got it twice`);
    const variable = tf.tidy(() => {
      const value = this.kind === 'zeros' ? tf.zeros(shape) : (this.stored(key, shape, options) ?? initialize(shape));
      return tf.variable(value, options.trainable ?? true);
    });
    this.entries.set(key, { variable, initialize, stored: options.stored, required: options.required ?? true });
    return variable;
  }

  private expectLive(where: string): void {
    if (this.isDisposed) throw goneModel(where);
  }

  private count(key: string, shape: readonly number[]): void {
    this.counted.parameters++;
    this.counted.numbers += shape.reduce((product, side) => product * side, 1);
    const { limits, counted } = this;
    if (limits === undefined) return;
    if (counted.numbers <= limits.numbers && counted.parameters <= limits.parameters) return;
    const most = `at most ${limits.numbers} numbers in ${limits.parameters} parameters`;
    throw new RangeError(`ParamStore: expected ${most}, got more with ${key} [${shape.join(', ')}]`);
  }

  private stored(key: string, shape: number[], { stored, required = true }: ParamOptions): tf.Tensor | null {
    if (this.source === null || this.fresh.has(key)) return null;
    const expected = stored ? stored.toStored(shape) : shape;
    const known = this.source.shape?.(key); // undefined where the source does not tell
    const fits = known === undefined || known?.join() === expected.join();
    const found = fits ? this.source.read(key) : null;
    const actual = found?.shape ?? known ?? null;
    if (actual === null) {
      if (required) this.missing.push(key);
      return null;
    }
    if (found === null || actual.join() !== expected.join()) {
      this.misshapen.push(misfit(key, actual, expected));
      return null;
    }
    const raw = tf.tensor(found.values, [...found.shape], 'float32');
    return stored ? stored.fromStored(raw) : raw;
  }
}

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

  /**
   * Declares one parameter: read from the checkpoint if there is one, initialized otherwise. Its rank is that of the
   * field it is assigned to.
   */
  param<R extends tf.Rank = tf.Rank>(
    name: string,
    shape: tf.ShapeMap[R],
    initialize: Initializer,
    options: ParamOptions = {},
  ): tf.Variable<R> {
    return this.store.declare(this.at(name).path, shape, initialize, options) as tf.Variable<R>;
  }

  /** True while the model runs inside {@link ParamStore.train}. */
  get training(): boolean {
    return this.store.training;
  }

  /** Tensors computed from this scope's parameters once; see {@link ParamStore.derive}. */
  derive<T extends tf.Tensor[]>(name: string, compute: () => T, size?: string): T {
    return this.store.derive(this.at(name).path, compute, size);
  }

  /** Tensors that no parameter has a part in, computed once; see {@link ParamStore.constant}. */
  constant<T extends tf.Tensor[]>(name: string, compute: () => T, size?: string): T {
    return this.store.constant(this.at(name).path, compute, size);
  }

  /** Shows a value to the store's observer under this path, or a path below it, and hands it on. */
  tap<T extends tf.Tensor>(value: T, name = ''): T {
    this.store.observer?.(name === '' ? this.path : this.at(name).path, value);
    return value;
  }
}

/** Makes every further use of a tensor an error: kernels read its `dataId`, methods ask `throwIfDisposed`. */
function refuseUse(tensor: tf.Tensor, key: string): void {
  const refuse = () => {
    throw goneModel(key);
  };
  Object.defineProperty(tensor, 'dataId', { get: refuse });
  Object.defineProperty(tensor, 'throwIfDisposed', { value: refuse });
}

function goneModel(where: string): Error {
  return new Error(`${where}: expected a live model, got one that was disposed`);
}

function misfit(key: string, actual: readonly number[], expected: readonly number[]): string {
  return `${key} [${actual.join(', ')}], model has [${expected.join(', ')}]`;
}
