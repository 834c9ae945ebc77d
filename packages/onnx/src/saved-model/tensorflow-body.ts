import type { RecordedKernel } from '../record-pass.ts';
import type { TensorflowGraph } from './tensorflow-graph.ts';

/** Adds what a kernel computes to the graph: nodes, and the definition of each output. */
export type TensorflowBody = RecordedKernel<TensorflowGraph>;
