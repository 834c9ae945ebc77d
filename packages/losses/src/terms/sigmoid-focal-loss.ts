import * as tf from '@tensorflow/tfjs-core';
import { checkedPair, expectDivisor, expectTensor } from './checked-inputs.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';
import { sumOfPoints } from './sum-of-points.ts';

/** Constants of the focal loss. Lin et al. 2017 (RetinaNet), section 3. */
export type FocalOptions = {
  /** Weight of positives; 1 − alpha weighs negatives. Negative: no weights. Default: 0.25. */
  alpha?: number;
  /** Exponent that down-weights easy elements. Default: 2. */
  gamma?: number;
};

/** Own checks: this part stands alone, on tfjs only. */
function expectFocal(where: string, options: FocalOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: expected an object of options, got ${options}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'alpha' && name !== 'gamma') {
      throw new RangeError(`${where}: expected nothing but alpha, gamma, got ${name} ${value}`);
    }
    const holds = value === undefined || (Number.isFinite(value) && (name === 'alpha' || value >= 0));
    if (!holds) throw new RangeError(`${where}: expected a number as ${name}, got ${value}`);
  }
}

/**
 * Focal loss of every element: α_t (1 − p_t)^γ · cross entropy. Lin et al. 2017, eq. 5.
 *
 * @param logits Any shape
 * @param targets The same shape, zeros and ones
 * @returns The same shape
 */
export function sigmoidFocal<T extends tf.Tensor>(logits: T, targets: T, options: FocalOptions = {}): T {
  expectFocal('sigmoidFocal', options);
  const { alpha = 0.25, gamma = 2 } = options;
  return tf.tidy(() => {
    const [given, t] = checkedPair('sigmoidFocal', logits, targets);
    const x = finiteLogits(given);
    const p = tf.sigmoid(x);
    const entropy = tf.sub(tf.softplus(x), tf.mul(x, t));
    const off = tf.sub(1, t);
    const missed = tf.add(tf.mul(tf.sub(1, p), t), tf.mul(p, off)); // 1 − p_t
    const faded = gamma > 0 && gamma < 1 ? fadeSlowly(entropy, x, off, gamma) : fade(entropy, missed, gamma);
    const weighted = alpha < 0 ? faded : tf.mul(faded, tf.add(tf.mul(t, alpha), tf.mul(off, 1 - alpha)));
    return infiniteLosses(weighted as T);
  });
}

/** entropy · missed^γ. The gradient of 0⁰ is NaN, so that γ = 0 takes no power. */
function fade(entropy: tf.Tensor, missed: tf.Tensor, gamma: number): tf.Tensor {
  if (gamma === 0) return entropy;
  return tf.mul(entropy, gamma === 2 ? tf.square(missed) : tf.pow(missed, gamma));
}

/**
 * The same below γ = 1, where the power has no gradient at 0: entropy · exp(γ · log(1 − p_t)), and of zeros and ones the
 * logarithm is (1 − t) · x − softplus(x).
 */
function fadeSlowly(entropy: tf.Tensor, logits: tf.Tensor, off: tf.Tensor, gamma: number): tf.Tensor {
  const logMissed = tf.sub(tf.mul(off, logits), tf.softplus(logits));
  return tf.mul(entropy, tf.exp(tf.mul(logMissed, gamma)));
}

/**
 * {@link sigmoidFocal} averaged over the points of each mask, summed over masks, divided by `normalizer`. Cheng et al.
 * 2021 (MaskFormer), section 3.3.
 *
 * @param logits [M, P]
 * @param targets [M, P]
 */
export function sigmoidFocalLoss(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  normalizer: number,
  options: FocalOptions = {},
): tf.Scalar {
  expectFocal('sigmoidFocalLoss', options);
  expectDivisor('sigmoidFocalLoss', 'normalizer', normalizer);
  expectTensor('sigmoidFocalLoss', 'logits', logits);
  const points = Math.max(1, logits.shape[1]);
  return tf.tidy(() => tf.div(tf.sum(tf.div(sumOfPoints(sigmoidFocal(logits, targets, options)), points)), normalizer));
}
