import { FormatError, type StoredValue } from '@seg/checkpoint';
import * as tf from '@tensorflow/tfjs-core';

/** Constants of AdamW. Loshchilov & Hutter 2019, Algorithm 2. */
export type AdamWConfig = {
  /** Multiplies the schedule's learning rate and the weight decay of one parameter. Default: both 1. */
  group?: (key: string) => { learningRate?: number; weightDecay?: number };
  /** Default: 0.05. */
  weightDecay?: number;
  /** Decay of the two moments. Default: 0.9, 0.999. */
  betas?: [number, number];
  /** Default: 1e-8. */
  epsilon?: number;
  /** Largest norm of all gradients together; larger ones are scaled down. Default: none. */
  clipNorm?: number;
};

type Moments = { first: tf.Variable; second: tf.Variable };

/**
 * Adam with decoupled weight decay. Loshchilov & Hutter 2019, algorithm 2:
 *
 *   θ ← θ − η·λ·θ − η · m̂ / (√v̂ + ε)
 *
 * with gradients clipped by their global norm first, as PyTorch's clip_grad_norm_ does.
 */
export class AdamW {
  readonly config: Required<Omit<AdamWConfig, 'clipNorm'>> & { clipNorm: number };
  private readonly variables: Map<string, tf.Variable>;
  private readonly moments = new Map<string, Moments>();
  /** Updates made so far. */
  steps = 0;

  constructor(variables: Map<string, tf.Variable>, config: AdamWConfig = {}) {
    this.variables = variables;
    this.config = {
      group: config.group ?? (() => ({})),
      weightDecay: config.weightDecay ?? 0.05,
      betas: config.betas ?? [0.9, 0.999],
      epsilon: config.epsilon ?? 1e-8,
      clipNorm: config.clipNorm ?? Infinity,
    };
    for (const [key, variable] of variables) {
      const zeros = (): tf.Variable => tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      this.moments.set(key, { first: zeros(), second: zeros() });
    }
  }

  /**
   * One update. Parameters without a gradient stay as they are.
   *
   * @param gradients By key; the caller disposes them
   * @param norm Of all gradients before clipping, where the caller has it already
   * @returns That norm; the caller disposes it
   */
  update(
    gradients: ReadonlyMap<string, tf.Tensor | null>,
    learningRate: number,
    norm = gradientNorm(gradients.values()),
  ): tf.Scalar {
    this.steps++;
    const present = [...gradients].filter((entry): entry is [string, tf.Tensor] => entry[1] !== null);
    tf.tidy(() => {
      const scale = tf.minimum(1, tf.div(this.config.clipNorm, tf.add(norm, 1e-6)));
      for (const [key, gradient] of present) tf.tidy(() => this.updateOne(key, gradient, learningRate, scale));
    });
    return norm;
  }

  private updateOne(key: string, gradient: tf.Tensor, learningRate: number, scale: tf.Tensor): void {
    const { betas, epsilon, weightDecay, group, clipNorm } = this.config;
    const variable = this.variables.get(key)!;
    const { first, second } = this.moments.get(key)!;
    const scales = group(key);
    const rate = learningRate * (scales.learningRate ?? 1);
    const g = clipNorm === Infinity ? gradient : tf.mul(gradient, scale);
    first.assign(tf.add(tf.mul(first, betas[0]), tf.mul(g, 1 - betas[0])));
    second.assign(tf.add(tf.mul(second, betas[1]), tf.mul(tf.square(g), 1 - betas[1])));
    const [correction1, correction2] = betas.map((beta) => 1 - beta ** this.steps);
    const root = tf.add(tf.mul(tf.sqrt(second), 1 / Math.sqrt(correction2)), epsilon);
    const change = tf.div(tf.mul(first, rate / correction1), root);
    const decay = rate * weightDecay * (scales.weightDecay ?? 1);
    variable.assign(tf.sub(decay === 0 ? variable : tf.mul(variable, 1 - decay), change));
  }

  /** Both moments of every parameter, for a checkpoint. */
  async state(): Promise<Map<string, StoredValue>> {
    const state = new Map<string, StoredValue>();
    for (const [key, { first, second }] of this.moments) {
      state.set(`optimizer.first.${key}`, { shape: first.shape, values: (await first.data()) as Float32Array });
      state.set(`optimizer.second.${key}`, { shape: second.shape, values: (await second.data()) as Float32Array });
    }
    return state;
  }

  /**
   * Continues from a {@link state}.
   *
   * @throws FormatError naming the first moment that is absent or misshapen; nothing has changed then
   */
  restore(read: (key: string) => StoredValue | null, steps: number): void {
    const found = [...this.moments].flatMap(([key, { first, second }]) => [
      [first, readMoment(first, `optimizer.first.${key}`, read)] as const,
      [second, readMoment(second, `optimizer.second.${key}`, read)] as const,
    ]);
    for (const [variable, values] of found) tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    this.steps = steps;
  }

  dispose(): void {
    for (const { first, second } of this.moments.values()) tf.dispose([first, second]);
  }
}

function readMoment({ shape }: tf.Variable, key: string, read: (key: string) => StoredValue | null) {
  const stored = read(key);
  if (stored !== null && stored.shape.join() === shape.join()) return stored.values;
  throw new FormatError(`AdamW.restore: expected ${key} [${shape}], got ${stored ? `[${stored.shape}]` : 'none'}`);
}

/** The Euclidean norm of all gradients together. Parameters without one count as zero. */
export function gradientNorm(gradients: Iterable<tf.Tensor | null>): tf.Scalar {
  const present = [...gradients].filter((gradient) => gradient !== null);
  if (present.length === 0) return tf.scalar(0);
  return tf.tidy(() => tf.sqrt(tf.addN(present.map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar))));
}
