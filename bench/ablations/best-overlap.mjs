// A measure of masks that asks neither for classes nor for scores, which a short training has learned least.
import { readTensors, resizeBilinear } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { normalized, scene } from '../../examples/scenes/scenes.mjs';

/** Mean over segments of test scenes of the IoU with the best of a Mask2Former's masks, in percent; things apart. */
export async function bestOverlap(model, { count, size }) {
  const [all, things] = [[], []];
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene('testing', index, size);
    const inside = await masksOf(model, image, size);
    for (const { id, isThing } of segments) {
      const best = bestIou(inside, panoptic, id);
      all.push(best);
      if (isThing) things.push(best);
    }
  }
  return { overlap: percentMean(all), overlapOfThings: percentMean(things) };
}

/** Values [size², N], above 0 inside of a query's mask. */
async function masksOf(model, image, size) {
  const pixels = normalized([image]);
  const prediction = model.forward(pixels);
  const [values] = await readTensors(() => [resizeBilinear(prediction.maskLogits, [size, size])]);
  tf.dispose([pixels, prediction]);
  return values;
}

function bestIou(values, panoptic, id) {
  const queries = values.length / panoptic.length;
  const [shared, areas] = [new Int32Array(queries), new Int32Array(queries)];
  let wanted = 0;
  for (let i = 0; i < panoptic.length; i++) {
    const isWanted = panoptic[i] === id;
    if (isWanted) wanted++;
    for (let q = 0; q < queries; q++) {
      if (values[i * queries + q] <= 0) continue;
      areas[q]++;
      if (isWanted) shared[q]++;
    }
  }
  return Math.max(...Array.from(shared, (both, q) => both / (areas[q] + wanted - both)));
}

const percentMean = (values) => (100 * values.reduce((sum, value) => sum + value, 0)) / values.length;
