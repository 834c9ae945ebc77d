// What the example minimizes: Mask2Former's own objective, and beside it what every pixel shows.
import { Linear } from '@seg/core';
import { resizeLabels } from '@seg/image';
import { classCrossEntropy } from '@seg/losses';
import { mask2FormerObjective } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Published models start from a backbone that knows ImageNet. One that starts from nothing learns what a shape is far
 * sooner if the pixel decoder's finest map has to say the class of every pixel: the auxiliary semantic loss of
 * MaX-DeepLab (Wang et al. 2021, section 3.4). Its head is a parameter of the training alone.
 *
 * @param scope Where the auxiliary head declares its parameters
 */
export function aidedObjective(model, lossConfig, { seed, semanticWeight, scope }) {
  const { numClasses, dim } = model.config;
  const head = new Linear(scope, { inDim: dim, outDim: numClasses + 1 });
  let pixelFeatures = null;
  const base = mask2FormerObjective(
    {
      forwardAll: (pixels) => {
        pixelFeatures = model.pixelDecoder.forward(model.backbone.forward(pixels));
        return model.decoder.forward(pixelFeatures);
      },
    },
    lossConfig,
    seed,
  );
  return {
    forward: (pixels) => {
      const predictions = base.forward(pixels);
      return { predictions, semantic: head.forward(pixelFeatures.multiScale.at(-1)) };
    },
    decide: async ({ predictions, semantic }, targets, step) => {
      const [, height, width] = semantic.shape;
      const labels = await Promise.all(targets.map((target) => labelMap(target, [height, width], numClasses)));
      return { matching: await base.decide(predictions, targets, step), labels: labels.flatMap((map) => [...map]) };
    },
    loss: ({ predictions, semantic }, targets, { matching, labels }) => {
      const { total, terms } = base.loss(predictions, targets, matching);
      const logits = tf.reshape(semantic, [-1, numClasses + 1]);
      const pixel = classCrossEntropy(logits, tf.tensor1d(labels, 'int32'), 0);
      return { total: tf.add(total, tf.mul(pixel, semanticWeight)), terms: { ...terms, pixel } };
    },
  };
}

/** Class of every pixel at a smaller size; `numClasses`, which weighs nothing, where there is none. */
async function labelMap({ classes, masks }, size, numClasses) {
  const [count, height, width] = masks.shape;
  const values = await masks.data();
  const labels = new Int32Array(height * width).fill(numClasses);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < labels.length; i++) if (values[t * labels.length + i] > 0.5) labels[i] = classes[t];
  }
  return resizeLabels(labels, [height, width], size);
}
