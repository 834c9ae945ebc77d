import { Conv2d, type ParamStore } from '@seg/core';
import { byImage, defineSystem, type Network, ORIGINAL_PREPROCESSING } from '@seg/models';
import { semanticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

/** Config: plain data, stored with the weights. */
type StripesConfig = { model: 'stripes'; numClasses: number; dim: number };

/** Network: one convolution for features, one for a mask of every class; query k stands for class k. */
class Stripes implements Network {
  readonly params: ParamStore;
  readonly config: StripesConfig;
  private readonly features: Conv2d;
  private readonly masks: Conv2d;

  constructor(params: ParamStore, config: StripesConfig) {
    const { numClasses, dim } = config;
    this.params = params;
    this.config = config;
    this.features = new Conv2d(params.root.at('features'), { inDim: 3, outDim: dim, kernel: 4, stride: 4 });
    this.masks = new Conv2d(params.root.at('masks'), { inDim: dim, outDim: numClasses, kernel: 1 });
  }

  forward(pixels: tf.Tensor4D) {
    return tf.tidy(() => {
      const { numClasses } = this.config;
      const maskLogits = this.masks.forward(tf.relu(this.features.forward(pixels)));
      const sure = tf.mul(10, tf.eye(numClasses, numClasses + 1)); // [K, K + 1], the last column is no-object
      return { maskLogits, classLogits: tf.tile(tf.expandDims<tf.Tensor3D>(sure), [pixels.shape[0], 1, 1]) };
    });
  }

  dispose(): void {
    this.params.dispose();
  }
}

const SIZE = {
  expected: 'a whole number above 0',
  holds: (value: unknown) => Number.isInteger(value) && Number(value) > 0,
};

/** The record. Checkpoints of the authors are said to have `stem` for our `features`. */
export const STRIPES = defineSystem({
  name: 'stripes',
  fields: { stripes: { numClasses: SIZE, dim: SIZE } },
  numClasses: (config: StripesConfig) => config.numClasses,
  activations: ({ numClasses, dim }, [height, width]) => ((2 * dim + numClasses) * height * width) / 16,
  build: (params, config) => new Stripes(params, config),
  tasks: ['semantic'],
  inference: [],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, { things }) => semanticMap(one, geometry, { things })),
  keyNamings: () => [
    {
      name: 'original',
      isUsed: (key) => key.startsWith('stem.'),
      keyMap: [{ foreign: 'stem.{*}', ours: 'features.{*}' }],
    },
  ],
  presets: {
    'stripes-tiny': {
      config: { model: 'stripes', numClasses: 2, dim: 4 },
      categories: [
        { id: 1, name: 'dark', isThing: false },
        { id: 2, name: 'light', isThing: false },
      ],
      preprocessing: { ...ORIGINAL_PREPROCESSING, resize: { kind: 'none' }, divisor: 4 },
    },
  },
});
