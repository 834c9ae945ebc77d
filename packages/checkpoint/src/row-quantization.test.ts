import { expect, test } from 'vitest';

import { bytesOf } from './byte-source.ts';
import { finiteSource } from './finite-source.ts';
import { roundedSource } from './rounded-source.ts';
import { dequantizeRows, quantizeRows } from './row-quantization.ts';
import { openSafetensors } from './safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

/** Rows of very different size, as layers have them. */
function matrix(rows: number, columns: number, sizeOf: (row: number, column: number) => number) {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return Math.sin(i * 1.7) * sizeOf(row, column);
  });
  return { shape: [rows, columns], values };
}

const tall = matrix(64, 32, (row) => 10 ** -(row % 4));
const wide = matrix(64, 32, (_, column) => 10 ** -(column % 4));
const bias = { shape: [2000], values: new Float32Array(2000).fill(0.3) };
const open = (bytes: Uint8Array) => openSafetensors(bytesOf('model.safetensors', bytes));

test.each([
  ['first', tall, [64, 1], (i: number) => Math.floor(i / 32)],
  ['last', wide, [1, 32], (i: number) => i % 32],
])(
  'scales are along the %s axis where that errs less, and no value errs by more than half a step',
  (_, tensor, shape, rowOf) => {
    const quantized = quantizeRows('test', tensor);
    expect(quantized.scaleShape).toEqual(shape);
    const back = dequantizeRows(tensor.shape, quantized);
    back.forEach((value, i) => {
      expect(Math.abs(value - tensor.values[i])).toBeLessThanOrEqual(0.50001 * quantized.scales[rowOf(i)]);
    });
  },
);

test('a filter keeps a scale for each output; a row of zeros stays zero', () => {
  const values = Float32Array.from({ length: 8 * 16 * 9 }, (_, i) => (i < 144 ? 0 : Math.cos(i)));
  const quantized = quantizeRows('test', { shape: [8, 16, 3, 3], values });
  expect(quantized.scaleShape).toEqual([8, 1, 1, 1]);
  expect(quantized.scales[0]).toBe(1);
  expect(
    dequantizeRows([8, 16, 3, 3], quantized)
      .subarray(0, 144)
      .every((value) => value === 0),
  ).toBe(true);
});

test('a file in eight bits is read as float32 under the same keys, a quarter of the size', () => {
  const tensors = new Map([
    ['w', matrix(256, 256, () => 1)],
    ['b', bias],
    ['small', matrix(2, 3, () => 1)],
  ]);
  const [whole, quarter] = (['float32', 'int8'] as const).map((precision) => writeSafetensors(tensors, { precision }));
  const file = open(quarter);
  expect([...file.keys()]).toEqual(['w', 'b', 'small']);
  expect(file.read('b')).toEqual(bias);
  expect(file.read('small')).toEqual(tensors.get('small'));
  expect(file.shape!('w')).toEqual([256, 256]);
  expect(quarter.length).toBeLessThan(0.3 * whole.length);
  expect(roundedSource(open(whole), 'int8').read('w')).toEqual(file.read('w'));
});

test('what is no number is refused before it is written', () => {
  const values = matrix(64, 32, () => 1).values.with(5, Number.NaN);
  expect(() => writeSafetensors(new Map([['w', { shape: [64, 32], values }]]), { precision: 'int8' })).toThrow(
    'writeSafetensors: w: expected finite values, got NaN',
  );
});

type Header = Record<string, { shape?: number[]; 'seg.row_scales'?: string }>;

/** A file of 8-bit weights with another header. */
function damaged(change: (header: Header) => void, bytes = (_: Uint8Array) => {}): Uint8Array {
  const file = writeSafetensors(
    new Map([
      ['w', tall],
      ['v', wide],
    ]),
    { precision: 'int8' },
  );
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + file.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(file.subarray(8 + length), 8 + text.length);
  bytes(out.subarray(8 + text.length));
  return out;
}

const scaled = (map: unknown) => (header: Header) => {
  header.__metadata__['seg.row_scales'] = typeof map === 'string' ? map : JSON.stringify(map);
};

test.each([
  ['no JSON', scaled('{'), /seg\.row_scales: expected JSON, got "\{"/],
  ['a list', scaled([1]), /expected an object in JSON/],
  ['absent scales', scaled({ w: 'x' }), /w: expected scales of F32 as "x", got none/],
  ['scales that are a number', scaled({ w: 7 }), /w: expected scales of F32 as 7, got none/],
  ['scales of a tensor that is not there', scaled({ u: 'w.row_scale' }), /u: expected a tensor of I8, got none/],
  ['scales of floats', scaled({ 'v.row_scale': 'w.row_scale' }), /v\.row_scale: expected a tensor of I8, got F32/],
  ['scales of two tensors', scaled({ w: 'w.row_scale', v: 'w.row_scale' }), /scales for each tensor, got some for two/],
  ['scales that are a tensor too', scaled({ w: 'v', v: 'v.row_scale' }), /expected v as tensor or as scales, got both/],
  [
    'scales of another rank',
    (header: Header) => (header['w.row_scale'].shape = [64]),
    /one axis of \[64,32\], got \[64\]/,
  ],
  [
    'scales along both axes',
    (header: Header) => (header['w.row_scale'].shape = [32, 2]),
    /one axis of \[64,32\], got \[32,2\]/,
  ],
])('%s are refused by name', (_, change, message) => {
  expect(() => open(damaged(change))).toThrow(message);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])(
  'a scale of %s is refused when the tensor is read',
  (scale) => {
    const bytes = damaged(
      () => {},
      (data) => new DataView(data.buffer, data.byteOffset).setFloat32(64 * 32, scale, true),
    );
    const source = finiteSource(open(bytes), 'model');
    expect(() => source.read('w')).toThrow(/model\.safetensors: w: expected finite scales above 0, got/);
    expect(source.read('v')).not.toBeNull();
  },
);
