// Changes to a built network that no paper publishes as a model, so that no config can say them.
import * as tf from '@tensorflow/tfjs-core';

/** Puts a function of the old one in the place of a method, and refuses where there is none to change. */
function replace(owner, name, wrapped) {
  if (typeof owner[name] !== 'function') throw new Error(`ablations: expected a method ${name}, got ${owner[name]}`);
  owner[name] = wrapped(owner[name].bind(owner));
}

/** Queries look at every pixel instead of the pixels of their masks. */
export function fullAttention({ decoder }) {
  replace(decoder, 'attentionBias', () => ({ shape: [batch, height, width, queries] }) => {
    return tf.zeros([batch, queries, height * width]);
  });
}

/** Queries start from zeros instead of what they learned; their positions stay learned. */
export function zeroFeatures({ decoder, config }) {
  replace(decoder, 'startingQueries', () => (batch) => tf.zeros([batch, config.numQueries, config.dim]));
}

/** Every layer reads the same scale: 0 is the coarsest. */
export function oneScale({ decoder }, scale) {
  replace(decoder, 'prepareScales', (prepare) => (maps) => prepare(maps.map(() => maps[scale])));
}

/** Only the last prediction is supervised. */
export function lastPredictionAlone({ decoder }) {
  replace(decoder, 'forward', (forward) => (features) => forward(features).slice(-1));
}

/** The mask kernels of SOLOv2 and its coarsest mask features know no coordinates: zeros stand in their place. */
export function withoutCoordinates({ head }) {
  for (const layer of [head.kernelTower.layers[0], head.maskFeatures.levels.at(-1)[0]]) {
    replace(layer.conv, 'forward', (forward) => (x) => forward(tf.tidy(() => withZeros(x, 2))));
  }
}

/** The last channels of a map as zeros. */
function withZeros(x, channels) {
  const [batch, height, width, dim] = x.shape;
  const kept = tf.slice(x, [0, 0, 0, 0], [batch, height, width, dim - channels]);
  return tf.concat([kept, tf.zeros([batch, height, width, channels])], 3);
}

/** Points of a loss: every pixel of a square map once, in place of points drawn at random. */
export function everyPixel(side) {
  const grid = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const pixel = i >> 1;
    return ((i % 2 === 0 ? pixel % side : Math.floor(pixel / side)) + 0.5) / side;
  });
  const repeated = (times) => {
    const points = new Float32Array(times * grid.length);
    for (let k = 0; k < times; k++) points.set(grid, k * grid.length);
    return points;
  };
  return {
    matching: () => grid,
    candidates: (_output, pairs, count) => repeated(pairs).slice(0, pairs * count * 2),
    anywhere: (_output, pairs) => repeated(pairs),
  };
}
