import type * as tf from '@tensorflow/tfjs-core';

import type { Graph } from '../graph/graph.ts';

// biome-ignore lint/suspicious/noExplicitAny: tfjs types attributes as a bag of unknown values
type Attrs = Record<string, any>;
type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Adds what a kernel computes to the graph: nodes, and the definition of each output. */
export type OnnxBody = (graph: Graph, inputs: Tensors, attrs: Attrs, outputs: readonly tf.Tensor[]) => void;
