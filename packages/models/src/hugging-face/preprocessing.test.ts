import { expect, test } from 'vitest';

import { preprocessedSize } from '../preprocess.ts';
import { type HuggingFacePreprocessor, readPreprocessing } from './preprocessing.ts';

const SIZE = { size: { shortest_edge: 800, longest_edge: 1333 } };
const read = (options: object) => readPreprocessing('p.json', { ...SIZE, ...options } as HuggingFacePreprocessor);

test('switches that are off leave pixels as they are', () => {
  expect(read({ do_rescale: false }).rescale).toBe(1);
  expect(read({ do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  expect(read({ do_resize: false })).toMatchObject({ resize: { kind: 'none' }, divisor: 1 });
  expect(read({ do_rescale: null, do_normalize: true, resample: 2, pad_size: null })).toEqual(read({}));
});

test('filters have the numbers of Pillow', () => {
  // PIL.Image.Resampling of Pillow 12: NEAREST 0, LANCZOS 1, BILINEAR 2, BICUBIC 3, BOX 4, HAMMING 5
  const filters = [0, 1, 2, 3, 4, 5].map((resample) => read({ resample }).filter ?? 'bilinear');
  expect(filters).toEqual(['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming']);
});

test('scalar statistics count for every channel', () => {
  expect(read({ image_mean: 0.5, image_std: 0.25 })).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
});

test.each([
  // transformers 5.18, `preprocess(image).pixel_values.shape` of zeros by Mask2FormerImageProcessorPil
  [{ size: { shortest_edge: 32, longest_edge: 64 }, size_divisor: 16 }, [17, 29], [32, 64]],
  [{ size: { max_height: 40, max_width: 40 }, size_divisor: 0 }, [17, 29], [23, 40]],
  [{ size: { height: 20, width: 30 }, size_divisor: 0 }, [17, 29], [20, 30]],
  [{ size: [20, 30], size_divisor: 8 }, [17, 29], [24, 32]],
  [{ size: 24, max_size: 30, size_divisor: 0 }, [17, 29], [18, 29]],
  [{ size: { shortest_edge: 32, longest_edge: 64 }, pad_size: { height: 96, width: 80 } }, [17, 29], [96, 80]],
] as const)('%j: an image of %j becomes %j', (options, [height, width], size) => {
  const image = { data: new Uint8Array(height * width * 3), height, width };
  expect(preprocessedSize(image, read(options))).toEqual(size);
});

test.each([
  [{ resample: 6 }, 'expected a filter of Pillow from 0 to 5 as resample, got 6'],
  [{ resample: 'bilinear' }, 'as resample, got "bilinear"'],
  [{ pad_size: { height: 96 } }, 'expected height and width as pad_size, got {"height":96}'],
  [{ image_processor_type: 'DetrImageProcessor' }, 'as image_processor_type, got "DetrImageProcessor"'],
  [{ size: { shortest: 4 } }, 'as size, got {"shortest":4}'],
  [
    { size: { longest_edge: 4 } },
    'expected size with shortest_edge, max_height and max_width, or height and width, got',
  ],
  [{ do_rescale: 'false' }, 'expected true or false as do_rescale, got "false"'],
  [{ do_normalize: 0 }, 'expected true or false as do_normalize, got 0'],
  [{ do_resize: 'no' }, 'expected true or false as do_resize, got "no"'],
])('%j is refused by name', (options, message) => {
  expect(() => read(options)).toThrow(message);
});
