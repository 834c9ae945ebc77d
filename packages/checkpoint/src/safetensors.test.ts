import { expect, test } from 'vitest';

import { bytesOf } from './byte-source.ts';
import { FormatError } from './errors.ts';
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from './half-float.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { isSafetensors, openSafetensors } from './safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

const tensors = new Map([
  ['a.weight', { shape: [2, 3], values: Float32Array.of(1, -2, 3, 0.5, 0, 1e-3) }],
  ['a.bias', { shape: [], values: Float32Array.of(7) }],
]);
const open = (bytes: Uint8Array) => openSafetensors(bytesOf('model.safetensors', bytes));

function withHeader(header: unknown, data = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

test('what was written is read back: keys, shapes, values, metadata', () => {
  const file = open(writeSafetensors(tensors, { metadata: { model: 'mask2former' } }));
  expect([...file.keys()]).toEqual(['a.weight', 'a.bias']);
  expect(file.metadata.model).toBe('mask2former');
  expect(file.read('a.weight')).toEqual(tensors.get('a.weight'));
  expect(file.read('a.bias')).toEqual(tensors.get('a.bias'));
  expect(file.read('absent')).toBeNull();
});

test('safetensors are told by their beginning', () => {
  const isSo = (bytes: Uint8Array) => isSafetensors(bytesOf('weights', bytes));
  expect(isSo(writeSafetensors(tensors))).toBe(true);
  expect(isSo(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0))).toBe(false);
  expect(isSo(new Uint8Array(0))).toBe(false);
  expect(isSo(new TextEncoder().encode('PK\x03\x04\x14\0\x08\x08{'))).toBe(false);
});

test('a header whose length reads as the beginning of a zip or of a pickle is one of safetensors', () => {
  for (const length of [0x4b50, 0x0280, 0x3c]) {
    const file = withHeader(`${'{}'.padEnd(length, ' ')}`);
    expect([...openCheckpoint(bytesOf('model.safetensors', file)).keys()]).toEqual([]);
  }
});

test('half precision keeps eleven bits', () => {
  const values = open(writeSafetensors(tensors, { precision: 'float16' })).read('a.weight')!.values;
  expect([...values].map((value) => Number(value.toPrecision(4)))).toEqual([1, -2, 3, 0.5, 0, 0.001]);
});

test('every half-precision number survives widening and narrowing', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  expect(float32ToFloat16(float16ToFloat32(all))).toEqual(all);
});

test('narrowing rounds to nearest even and overflows to infinity', () => {
  const narrowed = float16ToFloat32(
    float32ToFloat16(Float32Array.of(2049, 2051, 65519, 65520, 2 ** -25, 3 * 2 ** -26)),
  );
  expect([...narrowed]).toEqual([2048, 2052, 65504, Infinity, 0, 2 ** -24]);
});

test('bfloat16 is the upper half of a float32', () => {
  expect([...bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc000))]).toEqual([1, -2]);
});

test.each([
  ['an empty file', new Uint8Array(0), /at least 8 bytes, got 0/],
  ['a header longer than the file', withHeader('{}').subarray(0, 9), /header within the file of 9 bytes/],
  ['a header that is not JSON', withHeader('hello'), /expected a JSON header, got "hello"/],
  ['a header that is a list', withHeader('[1]'), /JSON object as header/],
  ['an unknown dtype', withHeader({ a: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }, 1), /got F8/],
  ['a negative size', withHeader({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4), /shape of sizes/],
  [
    'too few bytes for the shape',
    withHeader({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, 4),
    /expected 8 bytes/,
  ],
  [
    'a truncated body',
    withHeader({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 4),
    /expected 8 bytes of data, got 4/,
  ],
  [
    'overlapping tensors',
    withHeader(
      { a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] }, b: { dtype: 'U8', shape: [2], data_offsets: [1, 3] } },
      3,
    ),
    /expected data at 2, got 1/,
  ],
  ['a null entry', withHeader({ a: null }), /got undefined/],
])('%s is refused by name', (_, bytes, message) => {
  expect(() => open(bytes)).toThrow(message);
  expect(() => open(bytes)).toThrow('model.safetensors: ');
});

test('a value that half precision cannot hold is refused', () => {
  const large = new Map([['w', { shape: [1], values: Float32Array.of(1e6) }]]);
  expect(() => writeSafetensors(large, { precision: 'float16' })).toThrow(
    'w: expected values within ±65504, got 1000000',
  );
});

/** A file of nothing but a header. */
function headed(header: string): Uint8Array {
  const bytes = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  return file;
}

const DEEP = '['.repeat(200_000) + ']'.repeat(200_000);

test.each([
  ['a dtype in a list', '{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}', 'expected dtype'],
  ['a dtype of lists in lists', `{"a":{"dtype":${DEEP},"shape":[1],"data_offsets":[0,4]}}`, 'expected dtype'],
  ['a shape of lists in lists', `{"a":{"dtype":"F32","shape":${DEEP},"data_offsets":[0,4]}}`, 'expected a shape'],
  [
    'offsets of lists in lists',
    `{"a":{"dtype":"F32","shape":[1],"data_offsets":${DEEP}}}`,
    'expected two data_offsets',
  ],
  ['an entry that is none', '{"a":null}', 'expected dtype'],
])('%s is refused with the name of the file', (_, header, message) => {
  expect(() => openSafetensors(bytesOf('m.safetensors', headed(header)))).toThrow(FormatError);
  expect(() => openSafetensors(bytesOf('m.safetensors', headed(header)))).toThrow(`m.safetensors: a: ${message}`);
});
