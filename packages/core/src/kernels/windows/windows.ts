import * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';
import { defineKernel } from '../define-kernel.ts';
import { layerNorm, layerNormReference } from '../layer-norm/layer-norm.ts';
import { mayFuse } from '../may-fuse.ts';
import type { FromAttrs, FromInputs, IntoAttrs, IntoInputs, PixelNorm, WindowCut } from './types.ts';

/**
 * Cuts a map into windows: zeros below and to the right until they fit, rolled up and to the left by the shift. Liu et al. 2021
 * (Swin), section 3.2.
 *
 * @param x [B, H, W, C]
 * @returns [B · windows, w², C], windows row by row
 */
export function intoWindows(x: tf.Tensor4D, cut: WindowCut): tf.Tensor3D {
  if (mayFuse()) return intoKernel({ x }, cut) as tf.Tensor3D;
  return tf.tidy(() => intoWindowsReference({ x }, cut));
}

/** {@link intoWindows} of a map whose pixels are normalized first; the zeros around it are not. */
export function intoNormedWindows(x: tf.Tensor4D, cut: WindowCut, norm: PixelNorm): tf.Tensor3D {
  const { gain, bias, epsilon } = norm;
  if (mayFuse()) return intoKernel({ x, gain, bias }, { ...cut, epsilon }) as tf.Tensor3D;
  return tf.tidy(() => intoWindowsReference({ x: layerNorm(x, gain, bias, epsilon) }, cut));
}

/** Cuts a map into windows that do not overlap, each column by column. @returns [B · windows, w², C] */
export function intoColumns(x: tf.Tensor4D, window: number): tf.Tensor3D {
  const attrs = { window, shift: 0, byColumns: true };
  if (mayFuse()) return intoKernel({ x }, attrs) as tf.Tensor3D;
  return tf.tidy(() => intoWindowsReference({ x }, attrs));
}

/**
 * Puts windows back where {@link intoWindows} took them from.
 *
 * @param windows [B · windows, w², C]
 * @param cut Its cut, and height and width of the map
 * @param residual [B, H, W, C], which is added. Default: none
 * @returns [B, H, W, C]
 */
export function fromWindows(
  windows: tf.Tensor3D,
  cut: WindowCut & { size: Size },
  residual?: tf.Tensor4D,
): tf.Tensor4D {
  if (mayFuse()) return [fromKernel({ windows, residual }, cut)].flat()[0] as tf.Tensor4D;
  return tf.tidy(() => fromWindowsReference({ windows, residual }, cut));
}

/** {@link fromWindows} beside a residual, and the layer norm of the sum. @returns [B, H, W, C] both */
export function fromWindowsThen(
  windows: tf.Tensor3D,
  cut: WindowCut & { size: Size },
  residual: tf.Tensor4D,
  norm: PixelNorm,
): [sum: tf.Tensor4D, normed: tf.Tensor4D] {
  const { gain, bias, epsilon } = norm;
  if (mayFuse())
    return fromKernel({ windows, residual, gain, bias }, { ...cut, epsilon }) as [tf.Tensor4D, tf.Tensor4D];
  const sum = fromWindows(windows, cut, residual);
  return [sum, layerNorm(sum, gain, bias, epsilon)];
}

/** Height and width of a map whose windows are whole. */
export function paddedToWindows([height, width]: Size, window: number): Size {
  return [Math.ceil(height / window) * window, Math.ceil(width / window) * window];
}

/** The meaning of {@link intoWindows} in plain ops. */
export function intoWindowsReference(inputs: IntoInputs, attrs: IntoAttrs): tf.Tensor3D {
  const { window, shift, byColumns = false, epsilon = 0 } = attrs;
  const { gain, bias } = inputs;
  const x =
    gain === undefined ? inputs.x : (layerNormReference({ x: inputs.x, gain, bias }, { epsilon }) as tf.Tensor4D);
  const [batch, height, width, dim] = x.shape;
  const [tall, wide] = paddedToWindows([height, width], window);
  const isWhole = tall === height && wide === width;
  const padded = isWhole ? x : tf.pad(x, [[0, 0], [0, tall - height], [0, wide - width], [0, 0]]); // biome-ignore format: one axis each
  const [rows, columns] = [tall / window, wide / window];
  const strips = tf.reshape(roll(padded, -shift), [batch * rows, window, columns, window * dim]);
  const cut = tf.transpose(strips, [0, 2, 1, 3]);
  const shape: [number, number, number] = [batch * rows * columns, window * window, dim];
  if (!byColumns) return tf.reshape(cut, shape);
  const cells = tf.reshape(cut, [batch * rows * columns, window, window, dim]);
  return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), shape);
}

/** The meaning of {@link fromWindows} in plain ops. */
export function fromWindowsReference(
  { windows, residual }: FromInputs,
  { window, shift, size }: FromAttrs,
): tf.Tensor4D {
  const dim = windows.shape[2];
  const [tall, wide] = paddedToWindows(size, window);
  const [rows, columns] = [tall / window, wide / window];
  const batch = windows.shape[0] / (rows * columns);
  const strips = tf.reshape(windows, [batch * rows, columns, window, window * dim]);
  const rolled = tf.reshape(tf.transpose(strips, [0, 2, 1, 3]), [batch, tall, wide, dim]) as tf.Tensor4D;
  const map = roll(rolled, shift, size);
  return residual === undefined ? map : tf.add(residual, map);
}

/** The meaning of {@link fromWindowsThen} in plain ops. */
export function fromWindowsThenReference(inputs: FromInputs, attrs: FromAttrs): tf.Tensor[] {
  const { gain, bias } = inputs;
  const sum = fromWindowsReference(inputs, attrs);
  return gain === undefined ? [sum] : [sum, layerNormReference({ x: sum, gain, bias }, { epsilon: attrs.epsilon! })];
}

/** Rolls rows and columns by `by` positions, as torch.roll does, and keeps as many of the first. Default: all */
function roll(x: tf.Tensor4D, by: number, [height, width]: Size = [x.shape[1], x.shape[2]]): tf.Tensor4D {
  return rollAxis(rollAxis(x, { by, axis: 1, kept: height }), { by, axis: 2, kept: width });
}

function rollAxis(x: tf.Tensor4D, { by, axis, kept }: { by: number; axis: 1 | 2; kept: number }): tf.Tensor4D {
  const size = x.shape[axis];
  const cut = ((-by % size) + size) % size;
  if (cut === 0 && kept === size) return x;
  const ahead = Math.min(kept, size - cut);
  const part = (from: number, length: number): tf.Tensor4D => {
    const [begin, lengths] = [[0, 0, 0, 0], [...x.shape]];
    begin[axis] = from;
    lengths[axis] = length;
    return tf.slice(x, begin, lengths);
  };
  return ahead === kept ? part(cut, kept) : tf.concat([part(cut, ahead), part(0, kept - ahead)], axis);
}

const intoKernel = defineKernel<IntoInputs, IntoAttrs>({
  name: 'SegIntoWindows',
  reference: (inputs, attrs) => tf.clone(intoWindowsReference(inputs, attrs)),
  gradient: 'none',
});

const fromKernel = defineKernel<FromInputs, FromAttrs>({
  name: 'SegFromWindows',
  reference: fromWindowsThenReference,
  gradient: 'none',
});
