import { defineKernel, mayFuse, type Size } from '@seg/core';
import { A_DIM, A_SIZE, expectConfig, expectValue, listOf, numberIn } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Channels of a sine position, and how its indices become angles. */
export type SinePositionConfig = {
  /** Channels of the result; half for rows, half for columns. */
  dim: number;
  /** Default: 10000. */
  temperature?: number;
  /** Added to the index before normalization. Default: 0; Deformable DETR's Panoptic SegFormer uses −0.5. */
  offset?: number;
};

const CONFIG = { dim: A_DIM, temperature: numberIn({ least: 0, above: true }), offset: numberIn() };

/** Of a map that may be padding alone. */
const CELLS = listOf(numberIn({ least: 0, isWhole: true }), 2);

function expectSine(where: string, config: SinePositionConfig): void {
  expectConfig(where, config, CONFIG, ['dim']);
  if (config.dim % 4 !== 0) throw new RangeError(`${where}: expected a multiple of 4 as dim, got ${config.dim}`);
}

/**
 * Two-dimensional sine position encoding, normalized to 2π over each axis. Carion et al. 2020, section A.4: channels
 * of the row first, then of the column, sines and cosines interleaved. Computed in doubles on the host, since some
 * backends lose digits on large arguments.
 *
 * @returns [height · width, dim]
 */
export function sinePosition(height: number, width: number, config: SinePositionConfig): tf.Tensor2D {
  expectSine('sinePosition', config);
  expectValue('sinePosition', 'size', [height, width], A_SIZE);
  if (mayFuse()) return sinePositions([[height, width]], config);
  return sineKernel({}, { height, width, ...config }) as tf.Tensor2D;
}

/**
 * {@link sinePosition} of several levels, one after the other, and with an embedding of each. Has no gradient.
 *
 * @param embeddings [L, dim], added to the positions of each level. Default: none
 * @returns [Σ height · width, dim]
 */
export function sinePositions(levels: Size[], config: SinePositionConfig, embeddings?: tf.Tensor2D): tf.Tensor2D {
  expectSine('sinePositions', config);
  expectValue('sinePositions', 'levels', levels, listOf(A_SIZE));
  const encode = (length: number) => axisEncoding(length, config.dim / 2, config);
  return sinePositionsKernel({ embeddings }, { ...config, levels, encode }) as tf.Tensor2D;
}

type PositionsAttrs = SinePositionConfig & { levels: Size[]; encode: (length: number) => Float32Array };

/** The meaning of {@link sinePositions} in plain ops. */
export function sinePositionsReference(
  { embeddings }: { embeddings?: tf.Tensor2D },
  { levels, ...config }: SinePositionConfig & { levels: Size[] },
): tf.Tensor2D {
  const tables = levels.map(([height, width], i) => {
    const table = sineTable({ height, width, ...config });
    return embeddings ? tf.add<tf.Tensor2D>(table, tf.slice(embeddings, [i, 0], [1, -1])) : table;
  });
  return tf.concat(tables, 0);
}

/** Its body on WebGPU makes a table out of the encodings of both axes, which are all that goes to the device. */
const sinePositionsKernel = defineKernel<{ embeddings?: tf.Tensor2D }, PositionsAttrs>({
  name: 'SegSinePositions',
  reference: sinePositionsReference,
  gradient: 'none',
});

/** A kernel, so that who writes a pass down sees a position where there would be numbers of one size. */
const sineKernel = defineKernel<Record<string, undefined>, { height: number; width: number } & SinePositionConfig>({
  name: 'SegSinePosition',
  reference: (_, attrs) => sineTable(attrs),
  gradient: 'none',
});

function sineTable(config: { height: number; width: number } & SinePositionConfig): tf.Tensor2D {
  const { height, width, dim } = config;
  const half = dim / 2;
  const rows = axisEncoding(height, half, config);
  const columns = axisEncoding(width, half, config);
  const values = new Float32Array(height * width * dim);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * dim;
      values.set(rows.subarray(y * half, (y + 1) * half), at);
      values.set(columns.subarray(x * half, (x + 1) * half), at + half);
    }
  }
  return tf.tensor2d(values, [height * width, dim]);
}

/** [length, channels]: sin and cos of position / (length + ε) · 2π over temperature^(2⌊i/2⌋ / channels). */
function axisEncoding(
  length: number,
  channels: number,
  { temperature = 10000, offset = 0 }: SinePositionConfig,
): Float32Array {
  const values = new Float32Array(length * channels);
  for (let p = 0; p < length; p++) {
    const angle = ((p + 1 + offset) / (length + 1e-6)) * 2 * Math.PI;
    for (let i = 0; i < channels; i += 2) {
      const scaled = angle / temperature ** (i / channels);
      values[p * channels + i] = Math.sin(scaled);
      values[p * channels + i + 1] = Math.cos(scaled);
    }
  }
  return values;
}

/**
 * The same for a map whose cells beyond `valid` are padding: positions are normalized over the valid ones. In padding
 * they are what the reference's running counts make of it, in its single precision: the last valid row or column stays,
 * and a row or column without a valid cell has the angle of −½ ÷ ε.
 *
 * @param valid Rows and columns with an image
 * @returns [height · width, dim]
 */
export function paddedSinePosition(size: Size, valid: Size, config: SinePositionConfig): tf.Tensor2D {
  expectSine('paddedSinePosition', config);
  expectValue('paddedSinePosition', 'size', size, A_SIZE);
  expectValue('paddedSinePosition', 'valid', valid, CELLS);
  const [height, width] = size;
  const { dim } = config;
  const half = dim / 2;
  const rows = countedEncoding(height, valid[0], half, config);
  const columns = countedEncoding(width, valid[1], half, config);
  const nowhere = countedEncoding(1, 0, half, config);
  const values = new Float32Array(height * width * dim);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * dim;
      values.set(x < valid[1] ? rows.subarray(y * half, (y + 1) * half) : nowhere, at);
      values.set(y < valid[0] ? columns.subarray(x * half, (x + 1) * half) : nowhere, at + half);
    }
  }
  return tf.tensor2d(values, [height * width, dim]);
}

/** [length, channels], position p counting the valid cells up to p. */
function countedEncoding(
  length: number,
  valid: number,
  channels: number,
  { temperature = 10000, offset = 0 }: SinePositionConfig,
): Float32Array {
  const { fround } = Math;
  const values = new Float32Array(length * channels);
  for (let p = 0; p < length; p++) {
    const share = fround((Math.min(p + 1, valid) + offset) / fround(valid + 1e-6));
    const angle = fround(share * fround(2 * Math.PI));
    for (let i = 0; i < channels; i += 2) {
      const scaled = fround(angle / fround(temperature ** (i / channels)));
      values[p * channels + i] = Math.sin(scaled);
      values[p * channels + i + 1] = Math.cos(scaled);
    }
  }
  return values;
}
