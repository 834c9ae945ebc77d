import type * as tf from '@tensorflow/tfjs-core';

/** Height and width in pixels, in this order everywhere. */
export type Size = [height: number, width: number];

/** Geometry of the preprocessing of one image, so that predictions can be brought back to its pixels. */
export type ImageGeometry = {
  /** Of the image as given. */
  originalSize: Size;
  /** After resizing, before padding. */
  resizedSize: Size;
  /** After padding right and bottom: the size the network sees. */
  paddedSize: Size;
};

/** Images ready for a network. */
export type ImageBatch = {
  /** [B, H, W, 3], normalized, padded right and bottom. */
  pixels: tf.Tensor4D;
  geometry: ImageGeometry[];
};

/** Prediction of a mask-classification model for a batch: N queries, K classes and no-object as class K. */
export type MaskPrediction = {
  /** [B, N, K + 1] */
  classLogits: tf.Tensor3D;
  /** [B, h, w, N] */
  maskLogits: tf.Tensor4D;
};

/** The ground truth of one image: T segments. */
export type MaskTargets = {
  /** [T] class indices in 0..K−1 */
  classes: Int32Array;
  /** [T, H, W] of zeros and ones, in the coordinates of the padded input */
  masks: tf.Tensor3D;
};
