import {
  bytesOf,
  finiteSource,
  openCheckpoint,
  openOtherCheckpoint,
  openSafetensors,
  openTensorBundle,
  type Precision,
  renamed,
  roundedSource,
  type StoredValue,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from '@seg/checkpoint';
import { expect, it, test } from 'vitest';

const tensor = { shape: [2], values: Float32Array.of(1, 2) };
const write = (options: unknown, key = 'a', value: unknown = tensor) =>
  writeSafetensors(new Map([[key, value as StoredValue]]), options as WriteSafetensorsOptions);
const none = null as never;

it.each<[string, () => unknown, string]>([
  ['unknown option', () => write({ precison: 'float16' }), 'expected nothing but metadata, precision, got precison'],
  ['precision', () => write({ precision: 'f16' }), 'expected float32, float16, int8 as precision, got "f16"'],
  ['precision of a prototype', () => write({ precision: 'toString' }), 'expected float32, float16, int8'],
  ['metadata', () => write({ metadata: { n: 5 } }), 'expected texts by name as metadata, got {"n":5}'],
  ['null', () => write(null), 'writeSafetensors: expected an object of options, got null'],
  ['Int32Array', () => write({}, 'a', { shape: [1], values: Int32Array.of(1) }), 'as a Float32Array, got Int32Array'],
  ['Float64Array', () => write({}, 'a', { shape: [1], values: Float64Array.of(1) }), 'got Float64Array'],
  ['list', () => write({}, 'a', { shape: [1], values: [1] }), 'a: expected values as a Float32Array, got [1]'],
  [
    'length',
    () => write({}, 'a', { shape: [2, 2], values: new Float32Array(3) }),
    'expected 4 values for [2,2], got 3',
  ],
  [
    'shape',
    () => write({}, 'a', { shape: [1.5], values: new Float32Array(1) }),
    'expected a shape of sizes, got [1.5]',
  ],
  ['NaN', () => write({}, 'a', { shape: [1], values: Float32Array.of(Number.NaN) }), 'expected finite values, got NaN'],
  ['key', () => write({}, '__metadata__'), 'expected a key of a tensor, got "__metadata__"'],
  ['tensor', () => write({}, 'a', null), 'a: expected values as a Float32Array, got nothing'],
  ['tensors', () => writeSafetensors(none), 'expected a Map of tensors as tensors, got null'],
  ['rounded', () => roundedSource(open({}), 'f16' as Precision), 'roundedSource: expected float32, float16, int8'],
  ['rounded nothing', () => roundedSource(none, 'int8'), 'expected tensors with keys and read as source, got null'],
  ['finite nothing', () => finiteSource(none, 'a'), 'expected tensors with keys and read as source, got null'],
  ['renamed nothing', () => renamed(none, []), 'expected tensors with keys and read as source, got null'],
  ['renamed', () => renamed(open({}), none), 'renamed: expected a list of rules as map, got null'],
  ['bytes', () => bytesOf('a', none), 'bytesOf: expected a Uint8Array or an ArrayBuffer as data, got null'],
  ['file', () => openSafetensors(none), 'openSafetensors: expected bytes with name, size and read as source, got null'],
  ['checkpoint', () => openCheckpoint(none), 'openCheckpoint: expected bytes'],
  ['other', () => openOtherCheckpoint(none), 'openOtherCheckpoint: expected bytes'],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(message);
});

it('refuses a bundle without an index', async () => {
  await expect(openTensorBundle(none, none)).rejects.toThrow('openTensorBundle: expected bytes');
});

function open(options: unknown, key?: string) {
  return openSafetensors(bytesOf('t', write(options, key)));
}

test('a key that objects have is a key as any other', () => {
  expect(open({}, '__proto__').read('__proto__')).toEqual(tensor);
  expect(open({}, 'constructor').read('constructor')).toEqual(tensor);
});
