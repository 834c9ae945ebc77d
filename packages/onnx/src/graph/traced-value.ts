import type { OnnxType } from './onnx-graph.ts';

/** The ONNX tensor `name` is transpose(reshape(value, shape), perm). */
export type Form = { name: string; shape: readonly number[]; perm: readonly number[] };

/**
 * One tfjs tensor in the graph: its elements in row-major order of `shape`. It may exist in several forms,
 * NCHW beside NHWC, say. A form is made when an op asks for it, so layouts of neighbors meet without transposes.
 */
export class TracedValue {
  readonly shape: readonly number[];
  readonly type: OnnxType;
  readonly forms: Form[] = [];
  /** Another value seen through a transpose; nothing is computed until a form is asked for. */
  readonly view: { of: TracedValue; perm: readonly number[] } | null;

  constructor(shape: readonly number[], type: OnnxType, view: TracedValue['view'] = null) {
    this.shape = shape;
    this.type = type;
    this.view = view;
  }
}
