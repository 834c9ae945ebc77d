import { expectOptions, oneOf } from '@seg/checkpoint/expect-options';
import type { Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { NCHW } from '../graph/axes.ts';
import { withFreeAxes } from '../graph/free-axes.ts';
import { withHalfSafeSteps } from '../graph/half-safe-steps.ts';
import { withHalfWeights } from '../graph/half-weights.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import { traceGraph } from '../trace-graph.ts';
import { COUNTS, expectCounts, expectExportable } from './expect-counts.ts';
import { type ExportableModel, forwardOf, inputOf } from './forward-of.ts';
import { expectFreeSizes, planOf } from './free-sizes.ts';
import { answerOf, type TaskOptions } from './task-outputs.ts';

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

/**
 * Writes down a model's forward pass as a graph of ONNX, opset 17, standard operators alone. Runs the pass once on
 * the backend in use, up to four times where axes are free.
 *
 * @throws Error naming a kernel without a form in ONNX and the module that called it, what depends on a free axis in a way
 *   that is not understood, or a network whose size cannot be free; RangeError where the size or the batch is none, or a weight does not fit into float16
 */
export async function exportGraph(model: ExportableModel, options: ExportOptions): Promise<OnnxGraph> {
  expectOptions('exportGraph', options ?? null, { ...COUNTS, precision: oneOf('float32', 'float16') });
  expectExportable('exportGraph', model);
  const { size, batch = 1, precision = 'float32', answer } = options;
  expectCounts('exportOnnx', size, batch);
  if (size === 'free') expectFreeSizes(model.config);
  if (answer !== undefined) answerOf(model.config.model, answer.task); // refused before anything runs
  const graph = withHalfSafeSteps(await traced(model, size, batch, answer));
  return precision === 'float16' ? withHalfWeights(graph) : graph;
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
  try {
    const input = { name: inputOf(answer), tensor: pixels, perm: NCHW };
    const { model: name } = model.config;
    return await traceGraph(name, model.params, input, () => forwardOf(model, pixels, answer), { positions });
  } finally {
    pixels.dispose();
  }
}
