import { type MaskTargets, type ParamStore, seedDropout, Tape } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { AdamW } from './adamw.ts';

/** Images and what is in them. */
export type TrainingBatch = {
  /** [B, H, W, 3] normalized */
  pixels: tf.Tensor4D;
  /** One per image */
  targets: MaskTargets[];
};

/**
 * What one system minimizes, in three parts: a forward pass on the tape, decisions on the host that carry no gradient
 * (assignments, sampled points), and the loss.
 */
export type Objective<Prediction extends tf.TensorContainer, Decisions> = {
  forward(pixels: tf.Tensor4D): Prediction;
  decide(prediction: Prediction, targets: MaskTargets[], step: number): Promise<Decisions>;
  loss(
    prediction: Prediction,
    targets: MaskTargets[],
    decisions: Decisions,
  ): { total: tf.Scalar; terms: Record<string, tf.Scalar> };
};

/** Values of one step: the total, the norm of its gradient, and the objective's terms. */
export type StepResult = { loss: number; gradientNorm: number; terms: Record<string, number> };

/**
 * One step: forward, decide, differentiate, clip, update. What is random depends on `step` alone, so training resumed
 * at a step continues to the same result.
 *
 * @throws Error where the loss is not finite; parameters are then unchanged
 */
export async function trainStep<Prediction extends tf.TensorContainer, Decisions>(
  params: ParamStore,
  optimizer: AdamW,
  objective: Objective<Prediction, Decisions>,
  batch: TrainingBatch,
  { step, learningRate }: { step: number; learningRate: number },
): Promise<StepResult> {
  seedDropout(1 + step * 1_000_003);
  const tape = new Tape();
  const prediction = params.train(() => tape.record(() => objective.forward(batch.pixels)));
  const variables = params.trainable();
  try {
    const decisions = await objective.decide(prediction, batch.targets, step);
    let terms: Record<string, tf.Scalar> = {};
    const { value, gradients } = tape.gradients(() => {
      const result = objective.loss(prediction, batch.targets, decisions);
      terms = Object.fromEntries(Object.entries(result.terms).map(([name, term]) => [name, tf.keep(tf.clone(term))]));
      return result.total;
    }, [...variables.values()]);
    return await update(params, optimizer, {
      value,
      gradients,
      terms,
      learningRate,
      keys: [...variables.keys()],
      step,
    });
  } finally {
    tape.dispose();
    tf.dispose(prediction);
  }
}

type Update = {
  value: tf.Scalar;
  gradients: (tf.Tensor | null)[];
  terms: Record<string, tf.Scalar>;
  keys: string[];
  learningRate: number;
  step: number;
};

async function update(
  params: ParamStore,
  optimizer: AdamW,
  { value, gradients, terms, keys, learningRate, step }: Update,
): Promise<StepResult> {
  try {
    const [loss] = await value.data();
    if (!Number.isFinite(loss)) throw new Error(`trainStep: expected a finite loss at step ${step}, got ${loss}`);
    const norm = optimizer.update(new Map(keys.map((key, i) => [key, gradients[i]])), learningRate);
    params.touch();
    const [gradientNorm] = await norm.data();
    norm.dispose();
    const values = await Promise.all(
      Object.entries(terms).map(async ([name, term]) => [name, (await term.data())[0]] as const),
    );
    return { loss, gradientNorm, terms: Object.fromEntries(values) };
  } finally {
    tf.dispose([value, ...gradients.filter((gradient) => gradient !== null), ...Object.values(terms)]);
  }
}
