/**
 * Tensors for segmentation on TensorFlow.js: backends, kernels, gradients, parameters, basic layers and
 * the types that cross packages.
 *
 * @packageDocumentation
 */

// Backends
export type { BackendInfo, BackendName, BackendOptions, PassedOver } from './backend/backend-info.ts';
export { explainLoss } from './backend/lost-device.ts';
export { rehearse } from './backend/rehearse.ts';
export { releaseMemory } from './backend/release-memory.ts';
export { reviveBackend, useBackend } from './backend/use-backend.ts';

// Tensors
export { detach } from './detach.ts';
// Errors and shapes
export { BackendError, CheckpointError, ShapeError } from './errors.ts';
// Values from a formula
export { fnv1a, formulaProbe, formulaValues } from './formula.ts';
// Kernels
export { adamStep } from './kernels/adam-step/adam-step.ts';
export type { AdamStep } from './kernels/adam-step/types.ts';
export { attention, attentionOfParts } from './kernels/attention/attention.ts';
export type { AttentionOptions } from './kernels/attention/types.ts';
export { axialAttention } from './kernels/axial-attention/axial-attention.ts';
export { classCrossEntropy } from './kernels/class-cross-entropy/class-cross-entropy.ts';
export { conv2d } from './kernels/conv2d/conv2d.ts';
export { conv2dSteps } from './kernels/conv2d/conv2d-steps.ts';
export { depthwiseSteps } from './kernels/conv2d/depthwise-steps.ts';
export type { Conv2DOptions } from './kernels/conv2d/types.ts';
export { defineKernel } from './kernels/define-kernel.ts';
export { deformableSampling } from './kernels/deformable-sampling/deformable-sampling.ts';
export { offsetSampling, offsetSamplingOfParts } from './kernels/deformable-sampling/offset-sampling.ts';
export { gelu } from './kernels/gelu/gelu.ts';
export { globalNorm } from './kernels/global-norm/global-norm.ts';
export { groupNorm } from './kernels/group-norm/group-norm.ts';
export type { GroupNormOptions } from './kernels/group-norm/types.ts';
export { layerNorm } from './kernels/layer-norm/layer-norm.ts';
export { linear } from './kernels/linear/linear.ts';
export type { Activation } from './kernels/linear/types.ts';
export type { Padding2D } from './kernels/map-layout.ts';
export { maskBias } from './kernels/mask-bias/mask-bias.ts';
export type { Inputs as MaskBiasInputs } from './kernels/mask-bias/types.ts';
export { diceDistance, maskCrossEntropy } from './kernels/mask-terms/mask-terms.ts';
export { sumOfPoints } from './kernels/mask-terms/sum-of-points.ts';
export { matMul } from './kernels/mat-mul/mat-mul.ts';
export { maxPool } from './kernels/max-pool/max-pool.ts';
export type { MaxPoolOptions } from './kernels/max-pool/types.ts';
export { isOneKernel, mayFuse, mayFuseOnWasm } from './kernels/may-fuse.ts';
export { mix } from './kernels/mix/mix.ts';
export { momentumStep } from './kernels/momentum-step/momentum-step.ts';
export type { MomentumStep } from './kernels/momentum-step/types.ts';
export { movedBoxes } from './kernels/moved-boxes/moved-boxes.ts';
export type { PairCostInputs, PairCostWeights } from './kernels/pair-costs/types.ts';
export { positionedLinear } from './kernels/positioned-linear/positioned-linear.ts';
export { resizeBilinear, resizeNearest } from './kernels/resize/resize.ts';
export type { ResizeBilinearOptions } from './kernels/resize/types.ts';
export { gridSample, samplePoints } from './kernels/sample-points/sample-points.ts';
export type { GridSampleOptions } from './kernels/sample-points/types.ts';
export { topK } from './kernels/top-k/top-k.ts';
export {
  fromWindows,
  fromWindowsThen,
  intoColumns,
  intoNormedWindows,
  intoWindows,
  paddedToWindows,
} from './kernels/windows/windows.ts';
// Layers
export { ACTIVATIONS, type ActivationName, activate } from './layers/activation.ts';
export { BatchNorm, type BatchNormConfig } from './layers/batch-norm.ts';
export { ConvNorm } from './layers/conv-norm.ts';
export { Conv2d, type Conv2dConfig } from './layers/conv2d.ts';
export { dropout, dropPath, dropping, seedDropout } from './layers/dropout.ts';
export { type FoldedNorm, foldNorm } from './layers/folded-norm.ts';
export { joinedLinears } from './layers/joined-linears.ts';
export { Linear, type LinearConfig } from './layers/linear.ts';
export { Mlp } from './layers/mlp.ts';
export { GroupNorm, LayerNorm, type LinearBranch } from './layers/norms.ts';
export { offTape } from './off-tape.ts';
export { operationsOf } from './operations-of.ts';
// Types that cross packages
export type { ImageBatch, ImageGeometry, MaskPrediction, MaskTargets, Size } from './outputs.ts';
export type { Initializer } from './params/init.ts';
// Parameters
// biome-ignore lint/performance/noReExportAll: a namespace, so that `zeros` and `ones` say what they are
export * as init from './params/init.ts';
export { OIHW, OUT_IN, permuted, type StoredLayout } from './params/layouts.ts';
export { type ParamLimits, type ParamOptions, ParamStore, Scope } from './params/param-store.ts';
export { rankMean } from './params/rank-mean.ts';
export { partsInSteps } from './parts-in-steps.ts';
export { type Random, seededRandom } from './random.ts';
export { readTensors, type TensorValues } from './read-tensors.ts';
export { recompute, recomputeSteps } from './recompute.ts';
// Recording
export { type KernelCall, recordKernels } from './record-kernels.ts';
export { rowsInSteps } from './rows-in-steps.ts';
export { operationsPerStep, rowsPerStep } from './rows-per-step.ts';
export { type Axis, expectShapes } from './shape.ts';
export { runSteps, runStepsInTurns, type Steps, tidySteps } from './steps.ts';
// Training
export { Tape } from './tape.ts';
export { turnBefore } from './turn-before.ts';
