import type * as tf from '@tensorflow/tfjs-core';

/**
 * Prediction of a SOLO head for a batch: categories of all cells, and all that is needed for the mask of any of them.
 */
export type SoloPrediction = {
  /** Of each level: [B, S, S, K], no class being a low score of all */
  categoryLogits: tf.Tensor4D[];
  masks: SoloMasks;
};

/** Source of the masks. Materializing them all would take a gigabyte an image. */
export type SoloMasks = FixedKernelMasks | RowColumnMasks | DynamicKernelMasks;

/** SOLO: the last 1×1 convolution, with one learned kernel for every cell, not yet applied. */
export type FixedKernelMasks = {
  kind: 'fixed-kernels';
  /** features [B, h, w, C], kernels [C, S²], biases [S²] */
  levels: { features: tf.Tensor4D; kernels: tf.Tensor2D; biases: tf.Tensor1D }[];
};

/** Decoupled SOLO: one map for every column and one for every row. */
export type RowColumnMasks = {
  kind: 'row-column';
  /** Logits, columns and rows [B, h, w, S] */
  levels: { columns: tf.Tensor4D; rows: tf.Tensor4D }[];
};

/** SOLOv2: one predicted 1×1 kernel for every cell, and the features that all of them look at. */
export type DynamicKernelMasks = {
  kind: 'dynamic-kernels';
  /** [B, h, w, E] at 1/4 */
  features: tf.Tensor4D;
  /** Of each level: [B, S, S, E] */
  kernels: tf.Tensor4D[];
};

/** A level of an image of the batch. */
export type LevelOfImage = { image: number; level: number };

/** Parts that all SOLO heads have. */
export type SoloHeadConfig = {
  /** Channels of the pyramid. */
  inDim: number;
  /** Channels of the towers. */
  dim: number;
  /** Convolutions of each tower. */
  numLayers: number;
  numClasses: number;
  /** Cells along each side, by level. */
  grids: readonly number[];
};
