/**
 * The parts of `@seg/onnx` that need Node: files, and sessions of onnxruntime-node.
 *
 * @packageDocumentation
 */

export { type WriteModelOptions, writeModel } from './file/write-model.ts';
export type { GraphSession } from './runtime/graph-session.ts';
export { openSession, type SessionOptions } from './runtime/node-session.ts';
export { type OnnxRuntimeOptions, onnxRuntime } from './runtime/onnx-runtime.ts';
export { runThroughOnnx } from './runtime/run-through-onnx.ts';
export { type WriteSavedModelOptions, writeSavedModel } from './saved-model/write-saved-model.ts';
