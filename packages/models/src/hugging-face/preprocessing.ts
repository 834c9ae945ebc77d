import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import { PILLOW_FILTERS } from '@seg/image';

import { BOOLEAN, type Check, listOf, NUMBER, oneOf, POSITIVE, SIZE, whole } from '../description/check-fields.ts';
import type { Preprocessing, ResizeRule } from '../preprocess.ts';
import { type FieldTable, ignored, obeyed, only, readFields } from './field-table.ts';

/** A Hugging Face `preprocessor_config.json`; see {@link PREPROCESSOR_HUGGING_FACE}. */
export type HuggingFacePreprocessor = Readonly<Record<string, unknown>>;

const SIDE_NAMES = ['height', 'width', 'shortest_edge', 'longest_edge', 'max_height', 'max_width'];

const SIZES: Check = {
  expected: `a whole number, height and width, or some of ${SIDE_NAMES.join(', ')}`,
  holds: (value) => {
    if (SIZE.holds(value) || listOf(SIZE, 2).holds(value)) return true;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    return Object.entries(value).every(
      ([name, side]) => SIDE_NAMES.includes(name) && (side === null || SIZE.holds(side)),
    );
  },
};

const PAD_SIZE: Check = {
  expected: 'height and width',
  holds: (value) => {
    const { height, width, ...rest } = (value ?? {}) as Readonly<Record<string, unknown>>;
    return SIZE.holds(height) && SIZE.holds(width) && Object.values(rest).every((side) => side === null);
  },
};

/** One number for all channels, or one each. */
const perChannel = (check: Check): Check => ({
  expected: `${check.expected}, or three of them`,
  holds: (value) => check.holds(value) || listOf(check, 3).holds(value),
});

/** Names that the processors of both systems have had in transformers 4 and 5. */
const PROCESSORS = ['Mask2FormerImageProcessor', 'MaskFormerImageProcessor'].flatMap((name) =>
  ['', 'Fast', 'Pil'].map((ending) => name + ending),
);

/** Fields of the image processors of MaskFormer and Mask2Former, which are alike, of transformers 4 and 5. */
export const PREPROCESSOR_HUGGING_FACE: FieldTable = {
  do_resize: obeyed(BOOLEAN, true, 'without it sizes stay as they are, size_divisor or not'),
  size: obeyed(SIZES, undefined, 'sides of aspect are cut off to whole pixels, not rounded'),
  max_size: obeyed(SIZE),
  _max_size: obeyed(SIZE),
  size_divisor: obeyed(whole(0), undefined, 'reached by a resize; 0, as 1, for any size'),
  size_divisibility: obeyed(whole(0), undefined, 'older name of size_divisor'),
  resample: obeyed(
    {
      expected: `a filter of Pillow from 0 to ${PILLOW_FILTERS.length - 1}`,
      holds: (value) => PILLOW_FILTERS[Number(value)] !== undefined && Number.isInteger(value),
    },
    2,
    `Pillow's numbers: ${PILLOW_FILTERS.join(', ')}`,
  ),
  do_rescale: obeyed(BOOLEAN, true),
  rescale_factor: obeyed(POSITIVE, 1 / 255),
  do_normalize: obeyed(BOOLEAN, true),
  image_mean: obeyed(perChannel(NUMBER), [0.485, 0.456, 0.406]),
  image_std: obeyed(perChannel(POSITIVE), [0.229, 0.224, 0.225]),
  pad_size: obeyed(PAD_SIZE, undefined, 'zeros right and below'),
  do_center_crop: only('nothing is cropped', false),
  default_to_square: only('sizes keep the aspect', false),
  image_processor_type: obeyed(oneOf(...PROCESSORS), undefined, 'others treat images otherwise'),
  feature_extractor_type: obeyed(oneOf('MaskFormerFeatureExtractor', ...PROCESSORS)),
  ...ignored('concerns labels', 'ignore_index', 'do_reduce_labels', 'reduce_labels', 'num_labels'),
  ...ignored('images here are red, green and blue', 'do_convert_rgb'),
  ...ignored('padding reaches pad_size, or the size of a batch', 'do_pad'),
  ...ignored('read only where something is cropped', 'crop_size'),
  ...ignored(
    'chooses an implementation or the form of results',
    ...['data_format', 'input_data_format', 'device', 'return_tensors', 'disable_grouping', 'image_seq_length'],
    ...['model_input_names', 'processor_class', '_processor_class', 'auto_map'],
  ),
};

type PreprocessorFields = {
  do_resize: boolean;
  size?: number | [number, number] | Readonly<Record<string, number | null>>;
  max_size?: number;
  _max_size?: number;
  size_divisor?: number;
  size_divisibility?: number;
  resample: number;
  do_rescale: boolean;
  rescale_factor: number;
  do_normalize: boolean;
  image_mean: number | [number, number, number];
  image_std: number | [number, number, number];
  pad_size?: { height: number; width: number };
};

/** Reads our preprocessing from Hugging Face's. @throws FormatError naming the field */
export function readPreprocessing(file: string, json: HuggingFacePreprocessor): Preprocessing {
  const fields = readFields(file, '', json, PREPROCESSOR_HUGGING_FACE) as PreprocessorFields;
  const { do_resize: resizes, pad_size: padSize } = fields;
  return {
    resize: resizes ? readResize(file, fields) : { kind: 'none' },
    divisor: resizes ? Math.max(1, fields.size_divisor ?? fields.size_divisibility ?? 32) : 1,
    reachDivisor: 'resize',
    rescale: fields.do_rescale ? fields.rescale_factor : 1,
    mean: fields.do_normalize ? channels(fields.image_mean) : [0, 0, 0],
    std: fields.do_normalize ? channels(fields.image_std) : [1, 1, 1],
    ...(fields.resample !== 2 && { filter: PILLOW_FILTERS[fields.resample] }),
    ...(padSize && { padTo: [padSize.height, padSize.width] as [number, number] }),
  };
}

function channels(value: number | [number, number, number]): [number, number, number] {
  return typeof value === 'number' ? [value, value, value] : value;
}

/** The first pair of sides that the size has, in the reference's order. */
function readResize(file: string, { size, max_size: maxSize, _max_size: oldMaxSize }: PreprocessorFields): ResizeRule {
  const longest = maxSize ?? oldMaxSize ?? 1333;
  if (size === undefined) return { kind: 'truncated-edge', shortestEdge: 800, longestEdge: longest };
  if (typeof size === 'number') return { kind: 'truncated-edge', shortestEdge: size, longestEdge: longest };
  if (Array.isArray(size)) return { kind: 'exact', size: [size[0], size[1]] };
  const sides = size as Readonly<Record<string, number | null>>;
  if (sides.shortest_edge) {
    return { kind: 'truncated-edge', shortestEdge: sides.shortest_edge, longestEdge: sides.longest_edge ?? longest };
  }
  if (sides.max_height && sides.max_width) {
    return { kind: 'within', maxHeight: sides.max_height, maxWidth: sides.max_width };
  }
  if (sides.height && sides.width) return { kind: 'exact', size: [sides.height, sides.width] };
  throw new FormatError(
    `${file}: expected size with shortest_edge, max_height and max_width, or height and width, got ${describeValue(size)}`,
  );
}
