import * as tf from '@tensorflow/tfjs-core';

import { ShapeError } from '../../errors.ts';
import type { Size } from '../../outputs.ts';
import { defineKernel } from '../define-kernel.ts';
import { deformableSamplingReference } from './deformable-sampling.ts';
import { tokensOf } from './level-table.ts';
import { offsetSamplingWasm } from './offset-wasm.ts';
import type { OffsetAttrs, OffsetInputs, PartAttrs, PartInputs } from './types.ts';

/**
 * Deformable sampling from what the layers before it predict: pixel offsets from points of reference and logits, a softmax of
 * which over all levels and points weighs the samples. Zhu et al. 2021, eq. 3 and section A.4 (boxes). Has no gradient.
 *
 * @param levels Height and width of the L maps
 * @returns [B, Q, M·D]
 * @throws ShapeError where offsets and logits are not those of the levels
 */
export function offsetSampling(inputs: OffsetInputs, levels: Size[]): tf.Tensor3D {
  const { offsets, logits, value } = inputs;
  const samples = logits.shape[2]!;
  if (samples % (value.shape[2] * levels.length) !== 0 || offsets.shape[2] !== 2 * samples) {
    throw new ShapeError(
      `offsetSampling: expected logits [B, Q, ${value.shape[2] * levels.length}·P] and twice as many offsets, ` +
        `got [${logits.shape.join(', ')}] and [${offsets.shape.join(', ')}]`,
    );
  }
  return offsetSamplingKernel(inputs, { levels }) as tf.Tensor3D;
}

/** The meaning of {@link offsetSampling} in plain ops. */
export function offsetSamplingReference(inputs: OffsetInputs, { levels }: OffsetAttrs): tf.Tensor {
  const { value, offsets, logits, reference } = inputs;
  const [batch, queries, samples] = logits.shape as [number, number, number];
  const heads = value.shape[2];
  const points = samples / (heads * levels.length);
  const all = [batch, queries, heads, levels.length, points];
  const weights = tf.softmax(tf.reshape(logits, [batch * queries * heads, levels.length * points]));
  const along = [0, 1].map((axis) => {
    const ofReference = (first: number) => coordinateOf(reference, first + axis, batch);
    const pixels = tf.tensor(levels.map(([height, width]) => 1 / [width, height][axis]!), [1, 1, levels.length, 1]); // biome-ignore format: one step
    const unit = reference.shape[3] === 4 ? tf.mul(ofReference(2), 0.5 / points) : pixels;
    const offset = tf.slice(tf.reshape(offsets, [-1, 2]), [0, axis], [-1, 1]);
    const moved = tf.mul(unit, tf.reshape(offset, [batch * queries, heads, levels.length, points]));
    return tf.reshape(tf.add(ofReference(0), moved), [-1]);
  });
  const locations = tf.reshape(tf.stack(along, 1), [...all, 2]);
  return deformableSamplingReference({ value, locations, weights: tf.reshape(weights, all) }, { levels });
}

/**
 * {@link offsetSampling} of values, offsets and logits that stand side by side with others in the channels of a token, since one
 * product made them. Has no gradient.
 *
 * @returns [B, Q, M·D]
 */
export function offsetSamplingOfParts(inputs: PartInputs, attrs: PartAttrs): tf.Tensor3D {
  return offsetSamplingOfPartsKernel(inputs, attrs) as tf.Tensor3D;
}

/** The meaning of {@link offsetSamplingOfParts} in plain ops. */
export function offsetSamplingOfPartsReference({ value, samples, reference }: PartInputs, attrs: PartAttrs): tf.Tensor {
  const { levels, numHeads, dim, numPoints, first } = attrs;
  const [batch, length] = value.shape;
  const count = numHeads * levels.length * numPoints;
  const part = (x: tf.Tensor3D, from: number, size: number) => tf.slice(x, [0, 0, from], [-1, -1, size]);
  const values = tf.reshape(part(value, first.value, dim), [batch, length, numHeads, dim / numHeads]) as tf.Tensor4D;
  const [offsets, logits] = [part(samples, first.offsets, 2 * count), part(samples, first.logits, count)];
  return offsetSamplingReference({ value: values, offsets, logits, reference }, { levels });
}

/** [B·Q, 1, L | 1, 1], a rank that every backend broadcasts. */
function coordinateOf(reference: tf.Tensor4D, index: number, batch: number): tf.Tensor {
  const [refBatches, queries, refLevels] = reference.shape;
  const one = tf.slice(reference, [0, 0, 0, index], [-1, -1, -1, 1]);
  const full = refBatches === batch ? one : tf.tile(one, [batch, 1, 1, 1]);
  return tf.reshape(full, [batch * queries, 1, refLevels, 1]);
}

const offsetSamplingKernel = defineKernel<OffsetInputs, OffsetAttrs>({
  name: 'SegOffsetSampling',
  shapes: ({ levels }) => ({
    ...{ value: ['B', tokensOf(levels), 'M', 'D'], offsets: ['B', 'Q', '2S'], logits: ['B', 'Q', 'S'] },
    reference: ['1|B', 'Q', `1|${levels.length}`, 'point'],
  }),
  reference: offsetSamplingReference,
  bodies: { wasm: offsetSamplingWasm },
  gradient: 'none',
});

const offsetSamplingOfPartsKernel = defineKernel<PartInputs, PartAttrs>({
  name: 'SegOffsetSamplingOfParts',
  reference: offsetSamplingOfPartsReference,
  gradient: 'none',
});
