/**
 * Models to ONNX and TensorFlow, from a forward pass that is written down as it runs.
 *
 * @packageDocumentation
 */

export { type ExportOptions, exportGraph } from './export/export-graph.ts';
export type { ExportableModel } from './export/forward-of.ts';
export { metadataOf } from './export/metadata.ts';
export type { TaskOptions } from './export/task-outputs.ts';
export { type EncodedModel, type EncodeOptions, encodeModel } from './file/encode-model.ts';
export type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './graph/onnx-graph.ts';
export type { OrtModule } from './runtime/session-tensors.ts';
export { type WebRuntimeOptions, webRuntime } from './runtime/web-runtime.ts';
export { encodeSavedModel } from './saved-model/encode-saved-model.ts';
export { exportSavedModel, type SavedModelOptions } from './saved-model/export-saved-model.ts';
export type { TensorflowGraphDef, TensorflowNode, TensorflowPort } from './saved-model/tensorflow-graph.ts';
export { type Port, traceGraph } from './trace-graph.ts';
