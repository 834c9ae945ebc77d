import type { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import { type Output, outputsOf } from './outputs.ts';
import { normalized, RAW_PIXELS, type TaskOptions, taskOutputs } from './task-outputs.ts';

/** Network that can be exported: any of `@seg/models`. */
export type ExportableModel = {
  readonly params: ParamStore;
  readonly config: { readonly model: string; readonly backbone?: unknown };
  forward(pixels: tf.Tensor4D): object;
};

/** Name of the input: images as the model's preprocessing makes them. */
export const PIXELS = 'pixel_values';

/** Name of the input of a graph that answers a task, or of the network alone. */
export function inputOf(answer: TaskOptions | undefined): string {
  return answer === undefined ? PIXELS : RAW_PIXELS;
}

/** Runs what a graph holds: the network, and a task's answer. */
export function forwardOf(model: ExportableModel, pixels: tf.Tensor4D, answer: TaskOptions | undefined): Output[] {
  const { model: name } = model.config;
  if (answer === undefined) return outputsOf(name, model.forward(pixels));
  const prediction = model.forward(normalized(pixels, answer.preprocessing));
  return taskOutputs(name, answer.task, prediction, [pixels.shape[1], pixels.shape[2]]);
}
