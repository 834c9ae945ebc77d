import { type MaskPrediction, resizeBilinear, type Size } from '@seg/core';
import type { Preprocessing, Task } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { identity } from '../graph/axes.ts';
import type { Output } from './outputs.ts';

/** Task that a graph answers itself, and the normalization that it does itself. */
export type TaskOptions = { task: Task; preprocessing: Pick<Preprocessing, 'rescale' | 'mean' | 'std'> };

/** Name of the input of such a graph: RGB images [B, 3, H, W] of 0 to 255, resized as the model's preprocessing says. */
export const RAW_PIXELS = 'pixels';

/** Answers by model and task: what ONNX can say. */
const ANSWERS: Readonly<
  Record<string, Partial<Record<Task, (prediction: MaskPrediction, size: Size) => TaskOutputs>>>
> = {
  mask2former: { semantic: classLabels, instance: instanceScores },
  maskformer: { semantic: classLabels, instance: instanceScores },
  'max-deeplab': { panoptic: slotWinners, semantic: slotLabels },
};

type TaskOutputs = Readonly<Record<string, tf.Tensor>>;

/**
 * Looks up how a graph answers a task.
 *
 * @throws Error naming the tasks that the model's graph can answer, where this is none
 */
export function answerOf(model: string, task: Task): (prediction: MaskPrediction, size: Size) => TaskOutputs {
  const answer = ANSWERS[model]?.[task];
  if (answer !== undefined) return answer;
  const known = Object.keys(ANSWERS[model] ?? {}).join(' or ') || 'no task';
  throw new Error(
    `exportOnnx: expected ${known} in a graph of ${model} (what decides by number or size has no form in ONNX), got ${task}`,
  );
}

/** Lists what a graph gives that answers a task, at the input's size. */
export function taskOutputs(model: string, task: Task, prediction: object, size: Size): Output[] {
  const answer = answerOf(model, task)(prediction as MaskPrediction, size);
  return Object.entries(answer).map(([name, tensor]) => ({ name, tensor, perm: identity(tensor.rank) }));
}

/** @param raw [B, H, W, 3] of 0 to 255 */
export function normalized(raw: tf.Tensor4D, { rescale, mean, std }: TaskOptions['preprocessing']): tf.Tensor4D {
  return tf.tidy(() => tf.div(tf.sub(tf.mul(raw, rescale), tf.tensor1d(mean)), tf.tensor1d(std)));
}

/** The class of every pixel, [B, H, W] from 0. Cheng et al. 2021, §3.4. */
function classLabels({ classLogits, maskLogits }: MaskPrediction, size: Size): TaskOutputs {
  const masks = tf.sigmoid(flatMasks(maskLogits, size));
  const scores = tf.matMul(masks, classProbabilities(classLogits)); // [B, H · W, K]
  return { labels: tf.reshape(tf.argMax(scores, 2), [scores.shape[0], ...size]) };
}

/**
 * The score of every query with every class, [B, N, K], and the queries' masks, [B, N, H, W]: class probability times the mean
 * mask probability inside the mask. Mask2Former 9b0651c, `instance_inference`.
 */
function instanceScores({ classLogits, maskLogits }: MaskPrediction, size: Size): TaskOutputs {
  const logits = tf.transpose(flatMasks(maskLogits, size), [0, 2, 1]); // [B, N, H · W]
  const masks = tf.greater(logits, 0);
  const inside = tf.cast(masks, 'float32');
  const areas = tf.add(tf.sum(inside, 2, true), 1e-6);
  const certainty = tf.div(tf.sum(tf.mul(tf.sigmoid(logits), inside), 2, true), areas); // [B, N, 1]
  const [batch, queries] = logits.shape;
  return {
    scores: tf.mul(classProbabilities(classLogits), certainty),
    masks: tf.reshape(masks, [batch, queries, ...size]),
  };
}

/**
 * MaX-DeepLab's two argmaxes: the best class but void of every slot with its probability, [B, N], and the best slot of every
 * pixel with its probability, [B, H, W]. Wang et al. 2021 (MaX-DeepLab), section 3.1.
 */
function slotWinners({ classLogits, maskLogits }: MaskPrediction, size: Size): TaskOutputs {
  const classes = classProbabilities(classLogits);
  const resized = resizeBilinear(maskLogits, size, { alignCorners: true }); // [B, H, W, N]
  const best = tf.max(resized, 3, true);
  return {
    slot_classes: tf.argMax(classes, 2),
    slot_scores: tf.max(classes, 2),
    pixel_slots: tf.argMax(resized, 3),
    pixel_scores: tf.div(1, tf.sum(tf.exp(tf.sub(resized, best)), 3)),
  };
}

/** The class of every pixel's best slot, [B, H, W] from 0. */
function slotLabels(prediction: MaskPrediction, size: Size): TaskOutputs {
  const { slot_classes: classes, pixel_slots: slots } = slotWinners(prediction, size);
  const flat = tf.reshape(slots, [slots.shape[0], size[0] * size[1]]);
  return { labels: tf.reshape(tf.gather(classes, flat as tf.Tensor2D, 1, 1), slots.shape) };
}

/** @returns [B, N, K], without no-object */
function classProbabilities(classLogits: tf.Tensor3D): tf.Tensor3D {
  const [batch, queries, classes] = classLogits.shape;
  return tf.slice(tf.softmax(classLogits), [0, 0, 0], [batch, queries, classes - 1]);
}

/** @returns [B, H · W, N] mask logits at the input's pixels */
function flatMasks(maskLogits: tf.Tensor4D, size: Size): tf.Tensor3D {
  const [batch, , , queries] = maskLogits.shape;
  return tf.reshape(resizeBilinear(maskLogits, size), [batch, size[0] * size[1], queries]);
}
