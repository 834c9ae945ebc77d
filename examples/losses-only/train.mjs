// The losses in a project that has nothing else of @seg: two filters learn to find bright disks.
import { useBackend } from '@seg/core';
import { diceLoss, sigmoidFocalLoss } from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

await useBackend('cpu'); // registers gradients: plain tfjs-core has none in Node
const size = 24;
const filters = [
  tf.variable(tf.randomNormal([5, 5, 1, 4], 0, 0.2, 'float32', 1)),
  tf.variable(tf.randomNormal([3, 3, 4, 1], 0, 0.2, 'float32', 2)),
];
const optimizer = tf.train.adam(0.02);

for (let step = 0; step <= 60; step++) {
  const { image, mask } = disk(step);
  const cost = optimizer.minimize(
    () => {
      const hidden = tf.relu(tf.conv2d(image, filters[0], 1, 'same'));
      const logits = tf.reshape(tf.conv2d(hidden, filters[1], 1, 'same'), [1, size * size]);
      return tf.add(diceLoss(logits, mask, 1), tf.mul(sigmoidFocalLoss(logits, mask, 1), 20));
    },
    true,
    filters,
  );
  if (step % 20 === 0) console.log(`step ${step}: loss ${(await cost.data())[0].toFixed(3)}`);
  tf.dispose([cost, image, mask]);
}

/** A bright disk on noise, and where it is. */
function disk(seed) {
  const [x, y, radius] = [6 + ((seed * 7) % 12), 6 + ((seed * 5) % 12), 3 + (seed % 4)];
  const inside = Float32Array.from(
    { length: size * size },
    (_, i) => ((i % size) - x) ** 2 + (Math.floor(i / size) - y) ** 2 < radius ** 2,
  );
  return tf.tidy(() => {
    const mask = tf.tensor2d(inside, [1, size * size]);
    const noise = tf.randomNormal([1, size, size, 1], 0, 0.5, 'float32', seed + 3);
    return { mask, image: tf.add(noise, tf.mul(tf.reshape(mask, [1, size, size, 1]), 2)) };
  });
}
