import { FormatError } from './errors.ts';
import type { StoredValue } from './param-source.ts';

/**
 * A tensor in eight bits: `value = integer · scale`, with one scale for each place along one axis. The scales have the
 * tensor's rank, and size 1 along all other axes.
 */
export type QuantizedTensor = {
  integers: Int8Array;
  scales: Float32Array;
  scaleShape: number[];
};

/** 127: the range is symmetric, so that no zero point is needed. */
const MOST = 127;

/** 1024: what has fewer numbers saves less than three kilobytes, and norms and biases among it are sensitive. */
const WORTH_IT = 1024;

/** True of tensors that are written in eight bits: matrices and filters, not norms, biases and small tables. */
export function isQuantizable({ shape, values }: StoredValue): boolean {
  return shape.length >= 2 && values.length >= WORTH_IT;
}

/**
 * Rounds a tensor to eight bits, with scales along its first axis or its last, along which the squared error is less:
 * PyTorch keeps outputs first, TensorFlow last.
 *
 * @throws RangeError where a value is not finite
 */
export function quantizeRows(where: string, { shape, values }: StoredValue): QuantizedTensor {
  const [first, last] = [0, shape.length - 1].map((axis) => largestAlong(where, shape, values, axis));
  const { axis, largest } = meanSquare(first.largest) <= meanSquare(last.largest) ? first : last;
  const scales = largest.map((size) => Math.fround(size / MOST) || 1); // 1 for a row of zeros
  const integers = new Int8Array(values.length);
  eachRow(shape, axis, (row, from, to) => {
    for (let i = from; i < to; i++) integers[i] = Math.round(Math.min(MOST, Math.max(-MOST, values[i] / scales[row])));
  });
  return { integers, scales, scaleShape: shape.map((side, at) => (at === axis ? side : 1)) };
}

/** Widens a tensor of eight bits, in one pass. */
export function dequantizeRows(shape: readonly number[], { integers, scales, scaleShape }: QuantizedTensor) {
  const values = new Float32Array(integers.length);
  eachRow(shape, axisOf(scaleShape), (row, from, to) => {
    for (let i = from; i < to; i++) values[i] = integers[i] * scales[row];
  });
  return values;
}

/** @throws FormatError where scales do not belong to a tensor of a shape */
export function checkScaleShape(where: string, shape: readonly number[], scaleShape: readonly number[]): void {
  const kept = scaleShape.flatMap((side, axis) => (side === 1 ? [] : [axis]));
  const fits =
    scaleShape.length === shape.length && kept.length <= 1 && kept.every((axis) => scaleShape[axis] === shape[axis]);
  if (fits) return;
  throw new FormatError(`${where}: expected scales along one axis of [${shape}], got [${scaleShape}]`);
}

/** @throws FormatError where a scale is no number above 0 */
export function checkScales(where: string, scales: Float32Array): void {
  const bad = scales.find((scale) => !(scale > 0 && scale < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw new FormatError(`${where}: expected finite scales above 0, got ${bad}`);
}

function axisOf(scaleShape: readonly number[]): number {
  return Math.max(
    0,
    scaleShape.findIndex((side) => side !== 1),
  );
}

function largestAlong(where: string, shape: readonly number[], values: Float32Array, axis: number) {
  const largest = new Float32Array(shape[axis]);
  eachRow(shape, axis, (row, from, to) => {
    for (let i = from; i < to; i++) {
      const size = Math.abs(values[i]);
      if (!(size < Number.POSITIVE_INFINITY))
        throw new RangeError(`${where}: expected finite values, got ${values[i]}`);
      if (size > largest[row]) largest[row] = size;
    }
  });
  return { axis, largest };
}

/** The mean squared error of rounding is proportional to it. */
function meanSquare(largest: Float32Array): number {
  return largest.reduce((sum, size) => sum + size * size, 0) / largest.length;
}

/** Visits the stretches of a row-major tensor that share a place along an axis. */
function eachRow(shape: readonly number[], axis: number, visit: (row: number, from: number, to: number) => void): void {
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let row = 0; row < shape[axis]; row++, at += inner) visit(row, at, at + inner);
  }
}
