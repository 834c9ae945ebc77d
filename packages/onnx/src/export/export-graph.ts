import type { ParamStore, Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { NCHW } from '../graph/axes.ts';
import { withFreeBatch } from '../graph/free-batch.ts';
import { withHalfSafeSteps } from '../graph/half-safe-steps.ts';
import { withHalfWeights } from '../graph/half-weights.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import { traceGraph } from '../trace-graph.ts';
import { outputsOf } from './outputs.ts';
import { answerOf, normalized, RAW_PIXELS, type TaskOptions, taskOutputs } from './task-outputs.ts';

/** Network that can be exported: any of `@seg/models`. */
export type ExportableModel = {
  readonly params: ParamStore;
  readonly config: { readonly model: string };
  forward(pixels: tf.Tensor4D): object;
};

/** Options of an export. */
export type ExportOptions = {
  /** Height and width of the images behind preprocessing: a graph is of one size. */
  size: Size;
  /** Images at once; `free` leaves it to who runs the graph. Default: 1. */
  batch?: number | 'free';
  /** Normalization goes into the graph, and a task's answer comes out of it. Default: the network alone. */
  answer?: TaskOptions;
  /** Type of the weights in the file; graphs compute in float32. Default: float32. */
  precision?: 'float32' | 'float16';
};

/** Name of the input: images [B, 3, H, W], as the model's preprocessing makes them. */
export const PIXELS = 'pixel_values';

/** 2 and 3: with one image, axes of a single element look like the batch. */
const BATCHES = [2, 3] as const;

/**
 * Writes down a model's forward pass at one size as a graph of ONNX, opset 17, standard operators alone. Runs the pass once on
 * the backend in use, twice with a free batch.
 *
 * @throws Error naming a kernel without a form in ONNX and the module that called it, or what depends on the batch in a way
 *   that is not understood; RangeError where the size or the batch is none, or a weight does not fit into float16
 */
export async function exportGraph(
  model: ExportableModel,
  { size, batch = 1, precision = 'float32', answer }: ExportOptions,
): Promise<OnnxGraph> {
  expectCounts(size, batch);
  if (answer !== undefined) answerOf(model.config.model, answer.task); // refused before anything runs
  const traces = await tracesOf(model, size, batch === 'free' ? BATCHES : [batch], answer);
  const graph = withHalfSafeSteps(batch === 'free' ? withFreeBatch([traces[0], traces[1]], BATCHES) : traces[0]);
  return precision === 'float16' ? withHalfWeights(graph) : graph;
}

/** 2^24 pixels, sixteen times the 800 x 1333 of the published models: a pass over more has no memory anywhere. */
const MOST_PIXELS = 2 ** 24;

function expectCounts(size: Size, batch: number | 'free'): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
  const pixels = size[0] * size[1] * (batch === 'free' ? 1 : batch);
  if (!size.every(isCount)) throw new RangeError(`exportOnnx: expected a height and a width, got ${size}`);
  if (batch !== 'free' && !isCount(batch)) throw new RangeError(`exportOnnx: expected a batch or free, got ${batch}`);
  if (pixels > MOST_PIXELS) throw new RangeError(`exportOnnx: expected at most ${MOST_PIXELS} pixels, got ${pixels}`);
}

async function tracesOf(
  model: ExportableModel,
  size: Size,
  batches: readonly number[],
  answer: TaskOptions | undefined,
): Promise<OnnxGraph[]> {
  const graphs: OnnxGraph[] = [];
  for (const batch of batches) graphs.push(await traceModel(model, [batch, ...size, 3], answer));
  return graphs;
}

/** @param shape Of the pixels, [B, H, W, 3] */
async function traceModel(
  model: ExportableModel,
  shape: [number, number, number, number],
  answer: TaskOptions | undefined,
): Promise<OnnxGraph> {
  const pixels = tf.zeros<tf.Rank.R4>(shape);
  const name = model.config.model;
  try {
    const input = { name: answer ? RAW_PIXELS : PIXELS, tensor: pixels, perm: NCHW };
    return await traceGraph(name, model.params, input, () => {
      if (answer === undefined) return outputsOf(name, model.forward(pixels));
      const prediction = model.forward(normalized(pixels, answer.preprocessing));
      return taskOutputs(name, answer.task, prediction, [shape[1], shape[2]]);
    });
  } finally {
    pixels.dispose();
  }
}
