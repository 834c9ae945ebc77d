import { expectShapes, type ImageGeometry, resizeBilinear, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectGeometry } from './expect-geometry.ts';

/** transformers 5.18 brings every mask of Mask2Former to 384 x 384 first, whatever the input was (#44901). */
const MASK2FORMER_SIZE: Size = [384, 384];
/** Maps resized at a time: 64 MiB of float32 stay small beside the network's own maps. */
const CHUNK_BYTES = 64 * 2 ** 20;
/** 2 GiB of float32. */
const MOST_VALUES = 2 ** 29;

/**
 * Publisher's rule of `transformers` 5.18: MaskFormer's works at the size of the logits, Mask2Former's at 384 x 384, and
 * both resize once more, to the image.
 */
export type HuggingFaceRule = 'huggingface' | 'huggingface-384';

/** True for either rule of transformers. */
export function isHuggingFace(rule: string): rule is HuggingFaceRule {
  return rule === 'huggingface' || rule === 'huggingface-384';
}

/** Brings mask logits to the size at which a rule of transformers reads them. @param maps [B, h, w, C] */
export function atRuleSize(maps: tf.Tensor4D, rule: HuggingFaceRule): tf.Tensor4D {
  return rule === 'huggingface' ? maps : resizeBilinear(maps, MASK2FORMER_SIZE);
}

/** Size at which a rule of transformers reads mask logits. */
export function ruleSize({ shape }: tf.Tensor4D, rule: HuggingFaceRule): Size {
  return rule === 'huggingface' ? [shape[1], shape[2]] : MASK2FORMER_SIZE;
}

/**
 * Brings maps from the network's output to the pixels of the image: bilinear to the padded input, padding cut off,
 * bilinear to the original size (Mask2Former `prepare_targets` and detectron2 `sem_seg_postprocess`).
 *
 * @param maps [B, h, w, C] mask logits or scores
 * @returns [B, H, W, C] at `geometry.originalSize`
 * @throws RangeError where sizes are none, or the maps at them take more than 2 GiB
 */
export function restoreMasks(maps: tf.Tensor4D, geometry: ImageGeometry): tf.Tensor4D {
  expectGeometry('restoreMasks', geometry);
  const { B, C } = expectShapes('restoreMasks', { maps: [maps, ['B', 'h', 'w', 'C']] });
  const { originalSize, resizedSize, paddedSize } = geometry;
  for (const [height, width] of [originalSize, paddedSize]) expectRoom(B * height * width * C);
  return tf.tidy(() => {
    const padded = resizeBilinear(maps, paddedSize);
    const [batch, , , channels] = maps.shape;
    const cropped = tf.slice(padded, [0, 0, 0, 0], [batch, ...resizedSize, channels]);
    return resizeBilinear(cropped, originalSize);
  });
}

function expectRoom(values: number): void {
  if (values <= MOST_VALUES) return;
  throw new RangeError(`restoreMasks: expected at most ${MOST_VALUES} values in the restored maps, got ${values}`);
}

/** Way of mask logits to probabilities at the image's pixels: logits resized throughout, or as transformers does. */
export type Restoration = 'original' | HuggingFaceRule;

/**
 * Mask probabilities of some queries at the image's pixels.
 *
 * @param maskLogits [1, h, w, N]
 * @param queries Indices of M of the N queries
 * @returns [1, H, W, M]
 */
export function maskProbabilities(
  maskLogits: tf.Tensor4D,
  queries: readonly number[],
  geometry: ImageGeometry,
  restoration: Restoration,
): tf.Tensor4D {
  return tf.tidy(() => {
    const chosen = tf.gather(maskLogits, tf.tensor1d([...queries], 'int32'), 3);
    if (restoration === 'original') return tf.sigmoid(restoreMasks(chosen, geometry));
    const probabilities = tf.sigmoid(atRuleSize(chosen, restoration));
    return resizeBilinear(probabilities, geometry.originalSize);
  });
}

/** Splits queries so that the full-size maps of one part stay within a fixed memory. */
export function inChunks<T>(queries: readonly T[], { originalSize, paddedSize }: ImageGeometry): T[][] {
  const pixels = Math.max(originalSize[0] * originalSize[1], paddedSize[0] * paddedSize[1]);
  const length = Math.max(1, Math.floor(CHUNK_BYTES / (4 * pixels)));
  return Array.from({ length: Math.ceil(queries.length / length) }, (_, i) =>
    queries.slice(i * length, (i + 1) * length),
  );
}
