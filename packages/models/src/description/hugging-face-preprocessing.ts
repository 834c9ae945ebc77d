import { describeValue, FormatError } from '@seg/checkpoint';

import type { Preprocessing, ResizeRule } from '../preprocess.ts';
import { ABSENT, BOOLEAN, checkFields, listOf, NUMBER, only, optional, POSITIVE, whole } from './check-fields.ts';

/** Fields of a Hugging Face `preprocessor_config.json`. */
export type HuggingFacePreprocessor = {
  size?: { height?: number; width?: number; shortest_edge?: number; longest_edge?: number } | number;
  max_size?: number;
  _max_size?: number;
  size_divisor?: number;
  size_divisibility?: number;
  do_resize?: boolean;
  do_rescale?: boolean;
  do_normalize?: boolean;
  resample?: number;
  pad_size?: object | null;
  rescale_factor?: number;
  image_mean?: [number, number, number];
  image_std?: [number, number, number];
};

const HUGGING_FACE = {
  max_size: optional(whole(1)),
  _max_size: optional(whole(1)),
  size_divisor: optional(whole(0)), // 0, as 1, for any size
  size_divisibility: optional(whole(0)),
  rescale_factor: optional(POSITIVE),
  image_mean: optional(listOf(NUMBER, 3)),
  image_std: optional(listOf(POSITIVE, 3)),
  do_resize: optional(BOOLEAN),
  do_rescale: optional(BOOLEAN),
  do_normalize: optional(BOOLEAN),
  resample: optional(only(2, 'bilinear')), // Pillow's number
  pad_size: ABSENT,
};

/** Our preprocessing from Hugging Face's. @throws FormatError naming the field */
export function readPreprocessing(file: string, json: HuggingFacePreprocessor): Preprocessing {
  checkFields(file, 'preprocessor', withoutNulls(json), HUGGING_FACE);
  return {
    resize: json.do_resize === false ? { kind: 'none' } : readResize(file, json),
    divisor: json.do_resize === false ? 1 : Math.max(1, json.size_divisor ?? json.size_divisibility ?? 32),
    reachDivisor: 'resize',
    rescale: json.do_rescale === false ? 1 : (json.rescale_factor ?? 1 / 255),
    mean: json.do_normalize === false ? [0, 0, 0] : (json.image_mean ?? [0.485, 0.456, 0.406]),
    std: json.do_normalize === false ? [1, 1, 1] : (json.image_std ?? [0.229, 0.224, 0.225]),
  };
}

function readResize(
  file: string,
  { size, max_size: maxSize, _max_size: oldMaxSize }: HuggingFacePreprocessor,
): ResizeRule {
  const longest = maxSize ?? oldMaxSize ?? 1333;
  const sides = typeof size === 'object' && size !== null ? Object.values(size) : [size ?? 1];
  if (!sides.every((side) => side === null || whole(1).holds(side))) {
    throw new FormatError(`${file}: expected size of whole numbers, got ${describeValue(size)}`);
  }
  if (size === undefined || size === null) return { kind: 'truncated-edge', shortestEdge: 800, longestEdge: longest };
  if (typeof size === 'number') return { kind: 'truncated-edge', shortestEdge: size, longestEdge: longest };
  if (size.height && size.width) return { kind: 'exact', size: [size.height, size.width] };
  if (size.shortest_edge) {
    return { kind: 'truncated-edge', shortestEdge: size.shortest_edge, longestEdge: size.longest_edge ?? longest };
  }
  throw new FormatError(`${file}: expected size with height and width or shortest_edge, got ${JSON.stringify(size)}`);
}

/** Hugging Face writes null for what is left to the default. */
function withoutNulls(json: object): object {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}
