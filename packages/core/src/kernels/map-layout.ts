import * as tf from '@tensorflow/tfjs-core';

import { ShapeError } from '../errors.ts';

/** Zeros around an image: [top, bottom], [left, right]. */
export type Padding2D = [[number, number], [number, number]];

/** [B, H, W, C] */
export type Shape4D = [number, number, number, number];

/** The same number twice, unless there are two. */
export function pairOf(value: number | [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** One number for all four sides, unless each side is given. */
export function paddingOf(padding: number | Padding2D): Padding2D {
  if (typeof padding !== 'number') return padding;
  return [
    [padding, padding],
    [padding, padding],
  ];
}

/** Windows that slide over a map with zeros around it. */
type Sliding = { strides: readonly [number, number]; padding: Padding2D; dilations?: readonly [number, number] };

/** Height and width of what a window of a size gives of a map [B, H, W, C]: below 1 where it does not fit in. */
export function sidesUnder(
  map: readonly number[],
  size: readonly number[],
  { strides, padding, dilations = [1, 1] }: Sliding,
): [number, number] {
  const side = (axis: 0 | 1) => {
    const room = map[axis + 1]! + padding[axis][0] + padding[axis][1] - (size[axis]! - 1) * dilations[axis] - 1;
    return Math.floor(room / strides[axis]) + 1;
  };
  return [side(0), side(1)];
}

/** Refuses a map that a window does not fit into. */
export function expectRoom(where: string, map: readonly number[], size: readonly number[], sliding: Sliding): void {
  if (Math.min(...sidesUnder(map, size, sliding)) > 0) return;
  throw new ShapeError(
    `${where}: expected a window of ${size[0]} × ${size[1]} within the map and its padding, got a map [${map.join(', ')}]`,
  );
}

/** [B, h, w, in]: the pixel that one tap sees from each output position. */
export function pixelsUnderTap(
  padded: tf.Tensor4D,
  [row, column]: [number, number],
  [batch, height, width]: number[],
  [vertical, horizontal]: [number, number],
): tf.Tensor4D {
  const channels = padded.shape[3];
  const [tall, wide] = [height * vertical, width * horizontal];
  const below = Math.max(0, row + tall - padded.shape[1]);
  const beside = Math.max(0, column + wide - padded.shape[2]);
  const framed = padOrCrop(padded, [0, below], [0, beside]);
  const seen = tf.slice(framed, [0, row, column, 0], [batch, tall, wide, channels]);
  if (vertical === 1 && horizontal === 1) return seen;
  // the first pixel of every vertical × horizontal cell
  const cells = tf.reshape(seen, [batch * height, vertical, width, horizontal * channels]);
  return tf.reshape(tf.slice(cells, [0, 0, 0, 0], [-1, 1, -1, channels]), [batch, height, width, channels]);
}

/** Puts stride − 1 zeros between neighboring rows and columns. */
export function spreadOut(x: tf.Tensor4D, [vertical, horizontal]: [number, number]): tf.Tensor4D {
  if (vertical === 1 && horizontal === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const rows = tf.pad(tf.reshape(x, [batch * height, 1, width, channels]), [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
    [0, 0],
  ]);
  const pixels = tf.reshape(rows, [batch * height * vertical, width, 1, channels]);
  const spread = tf.pad(pixels, [
    [0, 0],
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ]);
  const whole = tf.reshape(spread, [batch, height * vertical, width * horizontal, channels]) as tf.Tensor4D;
  const size: Shape4D = [batch, (height - 1) * vertical + 1, (width - 1) * horizontal + 1, channels];
  return tf.slice(whole, [0, 0, 0, 0], size);
}

/** Zeros on each side of an image; a negative number takes rows or columns away. */
export function padOrCrop(x: tf.Tensor4D, [top, bottom]: number[], [left, right]: number[]): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [cropTop, cropLeft] = [Math.max(0, -top), Math.max(0, -left)];
  const keptHeight = height - cropTop - Math.max(0, -bottom);
  const keptWidth = width - cropLeft - Math.max(0, -right);
  const cropped =
    keptHeight === height && keptWidth === width
      ? x
      : tf.slice(x, [0, cropTop, cropLeft, 0], [batch, keptHeight, keptWidth, channels]);
  const sides = [top, bottom, left, right].map((side) => Math.max(0, side));
  if (sides.every((side) => side === 0)) return cropped;
  return tf.pad(cropped, [
    [0, 0],
    [sides[0], sides[1]],
    [sides[2], sides[3]],
    [0, 0],
  ]);
}

/** Pixels around a map that lose against every other. */
export function padLowest(x: tf.Tensor4D, padding: Padding2D): tf.Tensor4D {
  if (padding.flat().every((side) => side === 0)) return x;
  return tf.pad(x, [[0, 0], ...padding, [0, 0]], Number.NEGATIVE_INFINITY);
}
