import { FormatError } from '@seg/checkpoint/safetensors';
import type { PanopticGrid } from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

import type { MaxDeepLabLossGolden } from './max-deeplab-loss-schema.ts';

/**
 * Ground truth of a golden at the pixels of its predictions: one row for every thing id, then one for every stuff class;
 * those without a pixel stay.
 *
 * @throws FormatError where the label maps do not fit the grid or each other
 */
export function goldenGrid(where: string, golden: MaxDeepLabLossGolden): PanopticGrid {
  const [semantic, things, weights] = (['semantic_rle', 'thing_id_rle', 'semantic_weight_rle'] as const).map((name) =>
    sampledLabels(`${where}: ${name}`, golden[name], golden),
  );
  const { stuff_class_ids: stuff, max_thing_id: numThings, thing_id_to_class: classOfThing } = golden;
  if (classOfThing.length !== numThings || things.some((id) => id < -1 || id >= numThings)) {
    throw new FormatError(`${where}: expected thing ids below ${numThings} with a class each, got others`);
  }
  const rows = numThings + stuff.length;
  const masks = new Float32Array(semantic.length * rows);
  for (let i = 0; i < semantic.length; i++) {
    const row = things[i] >= 0 ? things[i] : stuff.includes(semantic[i]) ? numThings + stuff.indexOf(semantic[i]) : -1;
    if (row >= 0) masks[i * rows + row] = 1;
  }
  return {
    masks: tf.tensor2d(masks, [semantic.length, rows]),
    classes: Int32Array.from([...classOfThing, ...stuff], (id) => Math.max(0, id - 1)),
    known: tf.tensor1d(Float32Array.from(semantic, (id) => (id === 0 ? 0 : 1))),
    isThing: tf.tensor1d(Float32Array.from(things, (id) => (id >= 0 ? 1 : 0))),
    semantic: tf.tensor1d(Int32Array.from(semantic), 'int32'),
    weights: tf.tensor1d(Float32Array.from(weights)),
  };
}

/** Labels at every stride-th pixel, from the first on, as deeplab2 samples them. */
function sampledLabels(
  where: string,
  runs: readonly (readonly [value: number, count: number])[],
  { label_shape: [height, width], prediction_grid: [rows, columns] }: MaxDeepLabLossGolden,
): number[] {
  const stride = Math.ceil(height / rows);
  if (Math.ceil(height / stride) !== rows || Math.ceil(width / stride) !== columns) {
    throw new FormatError(
      `${where}: expected a grid of every n-th pixel of ${height}x${width}, got ${rows}x${columns}`,
    );
  }
  const total = runs.reduce((sum, [, count]) => sum + count, 0);
  if (total !== height * width) throw new FormatError(`${where}: expected ${height * width} pixels, got ${total}`);
  const labels = runs.flatMap(([value, count]) => new Array<number>(count).fill(value));
  return Array.from(
    { length: rows * columns },
    (_, i) => labels[Math.floor(i / columns) * stride * width + (i % columns) * stride],
  );
}
