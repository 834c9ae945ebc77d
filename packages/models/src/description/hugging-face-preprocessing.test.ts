import { expect, test } from 'vitest';

import { type HuggingFacePreprocessor, readPreprocessing } from './hugging-face-preprocessing.ts';

const SIZE = { size: { shortest_edge: 800, longest_edge: 1333 } };
const read = (options: object) => readPreprocessing('p.json', { ...SIZE, ...options } as HuggingFacePreprocessor);

test('switches that are off leave pixels as they are', () => {
  expect(read({ do_rescale: false }).rescale).toBe(1);
  expect(read({ do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  expect(read({ do_resize: false })).toMatchObject({ resize: { kind: 'none' }, divisor: 1 });
  expect(read({ do_rescale: null, do_normalize: true, resample: 2, pad_size: null })).toEqual(read({}));
});

test.each([
  [{ resample: 3 }, 'expected 2 (bilinear) as preprocessor.resample, got 3'],
  [{ resample: 'bilinear' }, 'expected 2 (bilinear) as preprocessor.resample, got "bilinear"'],
  [{ pad_size: { height: 96, width: 96 } }, 'expected nothing as preprocessor.pad_size, got {"height":96,"width":96}'],
  [{ do_rescale: 'false' }, 'expected true or false as preprocessor.do_rescale, got "false"'],
  [{ do_normalize: 0 }, 'expected true or false as preprocessor.do_normalize, got 0'],
  [{ do_resize: 'no' }, 'expected true or false as preprocessor.do_resize, got "no"'],
])('%j is refused by name', (options, message) => {
  expect(() => read(options)).toThrow(`p.json: ${message}`);
});
