import path from 'node:path';
import { A_FLAG, expectOptions } from '@seg/checkpoint/expect-options';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { NOTES } from '../export/expect-counts.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import { encodeModel } from './encode-model.ts';

/** 1.9 GB: the rest of the 2 GiB that a protocol buffer may have is for the nodes. */
const MOST_INSIDE = 1.9e9;

/** Options of writing a model. */
export type WriteModelOptions = {
  metadata?: Readonly<Record<string, string>>;
  /** Put the weights into a file beside the model, `NAME.onnx.data`. Default: where they are more than 1.9 GB. */
  apart?: boolean;
};

/**
 * Writes a graph as a file of ONNX, whole or not at all: the weights first where they are a file of their own.
 *
 * @returns Names of the files
 */
export async function writeModel(file: string, graph: OnnxGraph, options: WriteModelOptions = {}): Promise<string[]> {
  expectOptions('writeModel', options, { metadata: NOTES, apart: A_FLAG });
  const { metadata, apart = weightBytes(graph) > MOST_INSIDE } = options;
  const weightsFile = `${path.basename(file)}.data`;
  const { model, weights } = encodeModel(graph, { metadata, ...(apart && { weightsFile }) });
  const beside = path.join(path.dirname(file), weightsFile);
  if (weights !== null) await writeFileAtomic(beside, weights);
  await writeFileAtomic(file, model);
  return weights === null ? [file] : [file, beside];
}

/** Bytes of a graph's constants. */
export function weightBytes({ initializers }: OnnxGraph): number {
  return initializers.reduce((sum, { data }) => sum + data.length, 0);
}
