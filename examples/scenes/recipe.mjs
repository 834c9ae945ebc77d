/** A ResNet small enough to learn generated scenes on two processor cores. */
export const BACKBONE = {
  type: 'resnet',
  stemDim: 32,
  depths: [1, 2, 2, 1],
  dims: [128, 256, 384, 512],
  batchNorm: 'batch',
};

/** Training of every system on generated scenes. `size` and `batch` are those of the scenes. */
export const TRAINING = {
  size: 128,
  batch: 8,
  steps: 1500,
  learningRate: 1e-3,
  warmup: 100,
  weightDecay: 0.05,
  clipNorm: 1,
  seed: 1,
};
