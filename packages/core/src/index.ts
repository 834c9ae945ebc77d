/**
 * Tensors for segmentation: backends, kernels, gradients, parameters and checkpoints on TensorFlow.js.
 *
 * @packageDocumentation
 */

export {};
