import type { ParamStore, Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { NCHW } from '../graph/axes.ts';
import { withFreeAxes } from '../graph/free-axes.ts';
import { withHalfSafeSteps } from '../graph/half-safe-steps.ts';
import { withHalfWeights } from '../graph/half-weights.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import { traceGraph } from '../trace-graph.ts';
import { expectFreeSizes, planOf, SIZE_UNIT } from './free-sizes.ts';
import { outputsOf } from './outputs.ts';
import { answerOf, normalized, RAW_PIXELS, type TaskOptions, taskOutputs } from './task-outputs.ts';

/** Network that can be exported: any of `@seg/models`. */
export type ExportableModel = {
  readonly params: ParamStore;
  readonly config: { readonly model: string; readonly backbone?: unknown };
  forward(pixels: tf.Tensor4D): object;
};

/** Options of an export. */
export type ExportOptions = {
  /**
   * Height and width of the images behind preprocessing. `free` leaves multiples of 32 to who runs the graph: Mask2Former,
   * MaskFormer and SOLO with a ResNet.
   */
  size: Size | 'free';
  /** Images at once; `free` leaves it to who runs the graph. Default: 1. */
  batch?: number | 'free';
  /** Normalization goes into the graph, and a task's answer comes out of it. Default: the network alone. */
  answer?: TaskOptions;
  /** Type of the weights in the file; graphs compute in float32. Default: float32. */
  precision?: 'float32' | 'float16';
};

/** Name of the input: images [B, 3, H, W], as the model's preprocessing makes them. */
export const PIXELS = 'pixel_values';

/**
 * Writes down a model's forward pass as a graph of ONNX, opset 17, standard operators alone. Runs the pass once on
 * the backend in use, up to four times where axes are free.
 *
 * @throws Error naming a kernel without a form in ONNX and the module that called it, what depends on a free axis in a way
 *   that is not understood, or a network whose size cannot be free; RangeError where the size or the batch is none, or a weight does not fit into float16
 */
export async function exportGraph(
  model: ExportableModel,
  { size, batch = 1, precision = 'float32', answer }: ExportOptions,
): Promise<OnnxGraph> {
  expectCounts(size, batch);
  if (size === 'free') expectFreeSizes(model.config);
  if (answer !== undefined) answerOf(model.config.model, answer.task); // refused before anything runs
  const graph = withHalfSafeSteps(await traced(model, size, batch, answer));
  return precision === 'float16' ? withHalfWeights(graph) : graph;
}

/** 2^24 pixels, sixteen times the 800 x 1333 of the published models: a pass over more has no memory anywhere. */
const MOST_PIXELS = 2 ** 24;

function expectCounts(size: Size | 'free', batch: number | 'free'): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
  if (size !== 'free' && !size.every(isCount)) {
    throw new RangeError(`exportOnnx: expected a height and a width, got ${size}`);
  }
  if (batch !== 'free' && !isCount(batch)) throw new RangeError(`exportOnnx: expected a batch or free, got ${batch}`);
  const [height, width] = size === 'free' ? [SIZE_UNIT, SIZE_UNIT] : size;
  const pixels = height * width * (batch === 'free' ? 1 : batch);
  if (pixels > MOST_PIXELS) throw new RangeError(`exportOnnx: expected at most ${MOST_PIXELS} pixels, got ${pixels}`);
}

type PixelShape = [number, number, number, number];

async function traced(
  model: ExportableModel,
  size: Size | 'free',
  batch: number | 'free',
  answer: TaskOptions | undefined,
): Promise<OnnxGraph> {
  const { axes, counts } = planOf(batch === 'free', size === 'free');
  const graphs: OnnxGraph[] = [];
  for (const units of counts) {
    const side = (name: string, fixed: number | 'free'): number => {
      const k = axes.findIndex((axis) => axis.name === name);
      return k < 0 ? Number(fixed) : units[k] * axes[k].unit;
    };
    const [height, width] = size === 'free' ? [size, size] : size;
    const shape: PixelShape = [side('batch', batch), side('height', height), side('width', width), 3];
    graphs.push(await traceModel(model, shape, answer, size === 'free'));
  }
  return axes.length === 0 ? graphs[0] : withFreeAxes(graphs, axes, counts);
}

/** @param shape Of the pixels, [B, H, W, 3] */
async function traceModel(
  model: ExportableModel,
  shape: PixelShape,
  answer: TaskOptions | undefined,
  positions: boolean,
): Promise<OnnxGraph> {
  const pixels = tf.zeros<tf.Rank.R4>(shape);
  const name = model.config.model;
  const forward = () => {
    if (answer === undefined) return outputsOf(name, model.forward(pixels));
    const prediction = model.forward(normalized(pixels, answer.preprocessing));
    return taskOutputs(name, answer.task, prediction, [shape[1], shape[2]]);
  };
  try {
    const input = { name: answer ? RAW_PIXELS : PIXELS, tensor: pixels, perm: NCHW };
    return await traceGraph(name, model.params, input, forward, { positions });
  } finally {
    pixels.dispose();
  }
}
