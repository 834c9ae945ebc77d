import { expectOptions } from '@seg/checkpoint/expect-options';
import type { Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { COUNTS, expectCounts, expectExportable } from '../export/expect-counts.ts';
import { type ExportableModel, forwardOf, inputOf } from '../export/forward-of.ts';
import { answerOf, type TaskOptions } from '../export/task-outputs.ts';
import { recordPass } from '../record-pass.ts';
import { TENSORFLOW_BODIES } from './tensorflow-bodies.ts';
import { TensorflowGraph, type TensorflowGraphDef } from './tensorflow-graph.ts';

/** Options of a SavedModel. */
export type SavedModelOptions = {
  /** Height and width of the images behind preprocessing. */
  size: Size;
  /** Images at once. Default: 1. */
  batch?: number;
  /** Normalization goes into the graph, and a task's answer comes out of it. Default: the network alone. */
  answer?: TaskOptions;
};

/**
 * Writes down a model's forward pass at one size as a graph of TensorFlow, of operators that TFLite has built in. Axes are in
 * TensorFlow's order: images [B, H, W, 3], maps with channels last.
 *
 * @throws Error naming a kernel without a form in TensorFlow and the module that called it; RangeError where the size or the
 *   batch is none
 */
export async function exportSavedModel(
  model: ExportableModel,
  options: SavedModelOptions,
): Promise<TensorflowGraphDef> {
  expectOptions('exportSavedModel', options ?? null, COUNTS);
  expectExportable('exportSavedModel', model);
  const { size, batch = 1, answer } = options;
  expectCounts('exportSavedModel', size, batch);
  if (answer !== undefined) answerOf(model.config.model, answer.task); // refused before anything runs
  const { params } = model;
  const recorder = new TensorflowGraph((tensor) => params.nameOf(tensor));
  const pixels = tf.zeros<tf.Rank.R4>([batch, ...size, 3]);
  const recording = { what: 'exportSavedModel', recorder, bodies: TENSORFLOW_BODIES };
  try {
    recorder.addInput(inputOf(answer), pixels);
    recordPass(recording, params, () => forwardOf(model, pixels, answer), (outputs) => {
      for (const { name, tensor } of outputs) recorder.addOutput(name, tensor);
    }); // biome-ignore format: one call
    return await recorder.finish();
  } finally {
    pixels.dispose();
    recorder.dispose();
  }
}
