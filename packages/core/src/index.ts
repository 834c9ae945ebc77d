/**
 * Tensors for segmentation on TensorFlow.js: backends, kernels, gradients, parameters, checkpoints, basic layers and
 * the types that cross packages.
 *
 * @packageDocumentation
 */

// Errors and shapes
export { BackendError, CheckpointError, FormatError, ShapeError } from './errors.ts';
export { type Axis, expectShapes } from './shape.ts';

// Types that cross packages
export type { ImageBatch, ImageGeometry, MaskPrediction, MaskTargets, RgbImage, Size } from './outputs.ts';

// Backends
export { type BackendInfo, type BackendName, useBackend } from './backend/use-backend.ts';

// Tensors
export { detach } from './detach.ts';
export { type Random, seededRandom } from './random.ts';
export { readTensors, type TensorValues } from './read-tensors.ts';

// Parameters
export * as init from './params/init.ts';
export type { Initializer } from './params/init.ts';
export { OIHW, OUT_IN, permuted, type StoredLayout } from './params/layouts.ts';
export { type ParamOptions, type ParamSource, ParamStore, type StoredValue } from './params/param-store.ts';
export { Scope } from './params/scope.ts';
