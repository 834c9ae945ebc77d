import type { Graph } from '../graph/graph.ts';
import type { RecordedKernel } from '../record-pass.ts';

/** Adds what a kernel computes to the graph: nodes, and the definition of each output. */
export type OnnxBody = RecordedKernel<Graph>;
