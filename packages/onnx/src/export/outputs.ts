import * as tf from '@tensorflow/tfjs-core';

import { identity, isIdentity, NCHW, type Sides } from '../graph/axes.ts';

/** One tensor of a prediction: its name and the order of its axes in the graph. */
export type Output = { name: string; tensor: tf.Tensor; perm: Sides };

/** Names that Hugging Face's ports have, whose post-processing takes them by name. */
const HUGGING_FACE: Readonly<Record<string, string>> = {
  classLogits: 'class_queries_logits',
  maskLogits: 'masks_queries_logits',
};

/** Systems that Hugging Face has. */
const AS_HUGGING_FACE: ReadonlySet<string> = new Set(['mask2former', 'maskformer']);

/**
 * Lists the tensors of a prediction. Mask classification has Hugging Face's names; others are called by their places:
 * `category_logits.0`. Maps have channels first.
 *
 * @param model Name of the model in its config
 */
export function outputsOf(model: string, prediction: object): Output[] {
  const isKnown = AS_HUGGING_FACE.has(model);
  return leaves(prediction).map(({ path, tensor }) => ({
    name: (isKnown ? HUGGING_FACE[path] : undefined) ?? snakeCase(path),
    tensor,
    perm: tensor.rank === 4 ? NCHW : identity(tensor.rank),
  }));
}

/**
 * A prediction of the same structure with other tensors: what is no tensor stays.
 *
 * @param tensors By name, in the graph's order of axes; the caller owns the results
 */
export function withTensors(model: string, prediction: object, tensors: ReadonlyMap<string, tf.Tensor>): object {
  const outputs = outputsOf(model, prediction);
  const replaced = new Map(
    outputs.map(({ name, tensor, perm }) => {
      const found = tensors.get(name)!;
      const back = perm.map((_, axis) => perm.indexOf(axis));
      return [tensor, isIdentity(perm) ? tf.clone(found) : tf.transpose(found, back)];
    }),
  );
  return rebuilt(prediction, replaced) as object;
}

function rebuilt(part: unknown, replaced: ReadonlyMap<tf.Tensor, tf.Tensor>): unknown {
  if (part instanceof tf.Tensor) return replaced.get(part);
  if (Array.isArray(part)) return part.map((one) => rebuilt(one, replaced));
  if (part === null || typeof part !== 'object') return part;
  return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, rebuilt(one, replaced)]));
}

function leaves(part: object, path = ''): { path: string; tensor: tf.Tensor }[] {
  return Object.entries(part).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (value instanceof tf.Tensor) return [{ path: at, tensor: value }];
    return value !== null && typeof value === 'object' ? leaves(value, at) : [];
  });
}

function snakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
