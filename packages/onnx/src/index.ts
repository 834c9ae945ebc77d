/**
 * Models to ONNX, from a forward pass that is written down as it runs.
 *
 * @packageDocumentation
 */

export { type ExportableModel, type ExportOptions, exportGraph } from './export/export-graph.ts';
export { metadataOf } from './export/metadata.ts';
export type { TaskOptions } from './export/task-outputs.ts';
export { type EncodedModel, type EncodeOptions, encodeModel } from './file/encode-model.ts';
export type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './graph/onnx-graph.ts';
export { type Port, traceGraph } from './trace-graph.ts';
