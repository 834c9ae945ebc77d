import { FormatError } from '@seg/checkpoint/safetensors';
import type { MaskTargets, Size } from '@seg/core';
import type { PanopticTargets } from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

import type { PanopticSegFormerLossGolden } from './panoptic-segformer-loss-schema.ts';

type EdgeRectangle = [top: number, bottom: number, left: number, right: number];
type GoldenObject = { label: number; mask_rects_y0y1x0x1: EdgeRectangle[] };

/**
 * Targets of a golden; labels of stuff follow those of things.
 *
 * @throws FormatError naming a label or a rectangle that does not fit
 */
export function goldenTargets(where: string, golden: PanopticSegFormerLossGolden): PanopticTargets {
  const { things, stuff, setup } = golden;
  const [height, width] = setup.image;
  const boxes = things.map(({ box_yxyx: [top, left, bottom, right] }) => [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ]);
  return {
    things: {
      ...drawObjects(`${where}: things`, things, setup.image, [0, setup.thing_classes]),
      boxes: tf.tensor2d(boxes, [things.length, 4]),
    },
    stuff: drawObjects(`${where}: stuff`, stuff, setup.image, [setup.thing_classes, setup.stuff_classes]),
  };
}

function drawObjects(
  where: string,
  objects: GoldenObject[],
  [height, width]: Size,
  [first, count]: [first: number, count: number],
): MaskTargets {
  const values = new Float32Array(objects.length * height * width);
  for (const [i, { label, mask_rects_y0y1x0x1: rectangles }] of objects.entries()) {
    if (label < first || label >= first + count) {
      throw new FormatError(`${where}: expected labels ${first} to ${first + count - 1}, got ${label}`);
    }
    for (const [top, bottom, left, right] of rectangles) {
      if (bottom > height || right > width) {
        throw new FormatError(`${where}: expected rectangles within ${height}x${width}, got ${bottom}x${right}`);
      }
      for (let y = top; y < bottom; y++) {
        values.fill(1, (i * height + y) * width + left, (i * height + y) * width + right);
      }
    }
  }
  return {
    classes: Int32Array.from(objects, ({ label }) => label - first),
    masks: tf.tensor3d(values, [objects.length, height, width]),
  };
}
