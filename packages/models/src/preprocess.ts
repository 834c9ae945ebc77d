import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { ImageBatch, ImageGeometry, Size } from '@seg/core';
import {
  expectImage,
  type FloatImage,
  fittedSize,
  type RgbImage,
  rescaledSize,
  resizeImage,
  resizeImageAligned,
  resizeImageOpenCv,
  shortestEdgeSize,
  truncatedEdgeSize,
} from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';
import { checkObject } from './description/check-fields.ts';
import { PREPROCESSING, type Preprocessing, type ResizeRule } from './description/preprocessing-fields.ts';

export type { Preprocessing, ResizeRule } from './description/preprocessing-fields.ts';

/** detectron2's test-time preprocessing of COCO models. Cheng et al. 2022, section 4.1. */
export const ORIGINAL_PREPROCESSING: Preprocessing = {
  resize: { kind: 'shortest-edge', shortestEdge: 800, longestEdge: 1333 },
  divisor: 32,
  reachDivisor: 'pad',
  rescale: 1,
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};

/**
 * Images as a network wants them: resized by the rule, (pixel · rescale − mean) / std, zeros right and below up to the
 * common size of the batch.
 *
 * @throws RangeError where an image has no pixels, not three bytes for each, or more than `padTo` has
 */
export function preprocess(images: RgbImage[], config: Preprocessing): ImageBatch {
  expectValue('preprocess', 'images', images, IMAGES);
  checkObject('preprocess', 'preprocessing', config, PREPROCESSING);
  const resized = images.map((image) => resizeForModel(image, config));
  const padded = paddedSize(resized, config);
  const values = new Float32Array(images.length * padded[0] * padded[1] * 3);
  resized.forEach((image, i) => {
    normalizeInto(values.subarray(i * padded[0] * padded[1] * 3), image, padded[1], config);
  });
  const geometry = images.map(
    ({ height, width }, i): ImageGeometry => ({
      originalSize: [height, width],
      resizedSize: [resized[i].height, resized[i].width],
      paddedSize: padded,
    }),
  );
  return { pixels: tf.tensor4d(values, [images.length, ...padded, 3]), geometry };
}

/** The size at which a model sees an image alone. @throws RangeError as {@link preprocess} */
export function preprocessedSize(image: RgbImage, config: Preprocessing): Size {
  checkObject('preprocessedSize', 'preprocessing', config, PREPROCESSING);
  const [height, width] = resizedSize(image, config);
  return paddedSize([{ height, width }], config);
}

/** Largest size at which a model sees an image; null where images keep theirs. */
export function largestSize({ resize, divisor, padTo }: Preprocessing): Size | null {
  if (padTo !== undefined) return padTo;
  const sides = largestSides(resize);
  return sides && [roundUp(sides[0], divisor), roundUp(sides[1], divisor)];
}

function largestSides(rule: ResizeRule): Size | null {
  switch (rule.kind) {
    case 'shortest-edge':
    case 'truncated-edge':
    case 'rescale':
      return [Math.min(rule.shortestEdge, rule.longestEdge), rule.longestEdge];
    case 'square':
      return [rule.side, rule.side];
    case 'within':
      return [rule.maxHeight, rule.maxWidth];
    case 'exact':
      return rule.size;
    case 'none':
      return null;
    default:
      throw unknownRule(rule);
  }
}

/** The size of the batch. */
function paddedSize(
  images: readonly Pick<RgbImage, 'width' | 'height'>[],
  { resize, divisor, padTo }: Preprocessing,
): Size {
  if (resize.kind === 'square') return [resize.side, resize.side];
  if (padTo !== undefined) return expectWithin(images, padTo);
  const [height, width] = (['height', 'width'] as const).map((side) => Math.max(...images.map((one) => one[side])));
  return [roundUp(height, divisor), roundUp(width, divisor)];
}

function resizedSize(image: RgbImage, { resize, divisor, reachDivisor }: Preprocessing): Size {
  expectImage('preprocess', image);
  const { height, width } = image;
  const [tall, wide] = targetSize([height, width], resize);
  return reachDivisor === 'pad' ? [tall, wide] : [roundUp(tall, divisor), roundUp(wide, divisor)];
}

function resizeForModel(image: RgbImage, config: Preprocessing): RgbImage | FloatImage {
  const size = resizedSize(image, config);
  if (size[0] === image.height && size[1] === image.width) return image;
  switch (config.resize.kind) {
    case 'rescale':
      return resizeImageOpenCv(image, size);
    case 'square':
      return resizeImageAligned(image, size);
    default:
      return resizeImage(image, size, { filter: config.filter });
  }
}

function targetSize(size: Size, rule: ResizeRule): Size {
  switch (rule.kind) {
    case 'shortest-edge':
      return shortestEdgeSize(size, rule);
    case 'truncated-edge':
      return truncatedEdgeSize(size, rule);
    case 'rescale':
      return rescaledSize(size, rule);
    case 'square':
      return fittedSize(size, rule.side);
    case 'within':
      return sizeWithin(size, rule);
    case 'exact':
      return rule.size;
    case 'none':
      return size;
    default:
      throw unknownRule(rule);
  }
}

/** transformers' `get_image_size_for_max_height_width`. */
function sizeWithin([height, width]: Size, { maxHeight, maxWidth }: { maxHeight: number; maxWidth: number }): Size {
  const scale = Math.min(maxHeight / height, maxWidth / width);
  return [Math.max(1, Math.trunc(height * scale)), Math.max(1, Math.trunc(width * scale))];
}

function expectWithin(images: readonly Pick<RgbImage, 'width' | 'height'>[], [tall, wide]: Size): Size {
  const larger = images.find(({ height, width }) => height > tall || width > wide);
  if (larger === undefined) return [tall, wide];
  throw new RangeError(
    `preprocess: expected images of at most ${tall}x${wide}, to which they are padded, got ${larger.height}x${larger.width}`,
  );
}

function normalizeInto(
  target: Float32Array,
  { data, width, height }: RgbImage | FloatImage,
  rowWidth: number,
  config: Preprocessing,
): void {
  const { rescale, mean, std } = config;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < width * 3; i++) {
      const channel = i % 3;
      target[y * rowWidth * 3 + i] = (data[y * width * 3 + i] * rescale - mean[channel]) / std[channel];
    }
  }
}

function roundUp(size: number, divisor: number): number {
  return Math.max(1, Math.ceil(size / divisor)) * divisor;
}

function unknownRule(rule: never): RangeError {
  return new RangeError(`preprocess: expected a known rule as resize.kind, got ${(rule as ResizeRule).kind}`);
}

const IMAGES: OptionCheck = ['a list of images', Array.isArray];
