import { describeValue } from './describe-value.ts';
import { expectOptions, expectValue, type OptionCheck, oneOf } from './expect-options.ts';
import { float32ToFloat16 } from './half-float.ts';
import type { StoredValue } from './param-source.ts';
import { isQuantizable, quantizeRows } from './row-quantization.ts';
import { ROW_SCALES, scaleKey } from './row-scales.ts';

/** Type in which numbers are written. */
export type Precision = 'float32' | 'float16' | 'int8';

/** Names of precisions. */
export const A_PRECISION: OptionCheck = oneOf('float32', 'float16', 'int8');

/** Texts by name, which is all that a safetensors file says of itself. */
export const METADATA: OptionCheck = [
  'texts by name',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string'),
];

const OPTIONS = { metadata: METADATA, precision: A_PRECISION };

/** One tensor of a file. */
type Piece = { key: string; dtype: string; shape: readonly number[]; body: Uint8Array };

/** Options of writing a safetensors file. */
export type WriteSafetensorsOptions = {
  metadata?: Record<string, string>;
  /**
   * float16 halves the size; values beyond ±65504 are refused. int8 quarters it: matrices and filters of 1024 numbers and
   * more get eight bits a number and a scale a row (docs/quantized-weights.md), the rest stays float32. Default: float32.
   */
  precision?: Precision;
};

/**
 * Writes parameters as one safetensors file.
 *
 * @param tensors Values in the stored layout, by key
 * @throws RangeError naming the tensor, where a value is not finite or does not fit into the type
 * @throws TypeError naming what is no tensor
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredValue>,
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  expectOptions('writeSafetensors', options, OPTIONS);
  expectValue('writeSafetensors', 'tensors', tensors, A_MAP);
  const { metadata = {}, precision = 'float32' } = options;
  const header: Record<string, unknown> = Object.create(null);
  const bodies: Uint8Array[] = [];
  const scaled: Record<string, string> = Object.create(null);
  let end = 0;
  for (const [key, value] of tensors) {
    expectTensor(key, value);
    const pieces = piecesOf(key, value, precision);
    if (pieces.length > 1) scaled[key] = pieces[1].key;
    for (const { key: name, dtype, shape, body } of pieces) {
      if (name in header) throw new RangeError(`writeSafetensors: expected one tensor ${name}, got two`);
      header[name] = { dtype, shape, data_offsets: [end, end + body.length] };
      bodies.push(body);
      end += body.length;
    }
  }
  const quantization = precision === 'int8' ? { [ROW_SCALES]: JSON.stringify(scaled) } : {};
  const notes = { format: 'pt', ...metadata, ...quantization };
  const whole = Object.assign(Object.create(null), { [METADATA_KEY]: notes }, header);
  return assemble(new TextEncoder().encode(JSON.stringify(whole)), bodies, end);
}

const METADATA_KEY = '__metadata__';
const A_MAP: OptionCheck = [
  'a Map of tensors',
  (value) => typeof (value as Map<string, unknown> | null)?.entries === 'function' && !Array.isArray(value),
];

/** @throws TypeError unless it is one: its bytes would be read as other numbers, or not at all */
function expectTensor(key: string, value: StoredValue): void {
  const where = `writeSafetensors: ${key}`;
  if (typeof key !== 'string' || key === METADATA_KEY) {
    throw new TypeError(`writeSafetensors: expected a key of a tensor, got ${describeValue(key)}`);
  }
  const { shape, values } = value ?? {};
  if (!(values instanceof Float32Array)) {
    throw new TypeError(`${where}: expected values as a Float32Array, got ${nameOf(values)}`);
  }
  if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw new TypeError(`${where}: expected a shape of sizes, got ${describeValue(shape)}`);
  }
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== values.length) {
    throw new RangeError(`${where}: expected ${count} values for [${shape}], got ${values.length}`);
  }
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`${where}: expected finite values, got ${values[i]}`);
  }
}

function nameOf(values: unknown): string {
  return ArrayBuffer.isView(values) ? values.constructor.name : describeValue(values);
}

function piecesOf(key: string, value: StoredValue, precision: Precision): Piece[] {
  const { shape, values } = value;
  if (precision === 'float16') return [{ key, dtype: 'F16', shape, body: bytesOfArray(halved(key, values)) }];
  if (precision === 'float32' || !isQuantizable(value)) {
    return [{ key, dtype: 'F32', shape, body: bytesOfArray(values) }];
  }
  const { integers, scales, scaleShape } = quantizeRows(`writeSafetensors: ${key}`, value);
  return [
    { key, dtype: 'I8', shape, body: bytesOfArray(integers) },
    { key: scaleKey(key), dtype: 'F32', shape: scaleShape, body: bytesOfArray(scales) },
  ];
}

function halved(key: string, values: Float32Array): Uint16Array {
  const worst = values.find((value) => Math.abs(value) > 65504);
  if (worst !== undefined)
    throw new RangeError(`writeSafetensors: ${key}: expected values within ±65504, got ${worst}`);
  return float32ToFloat16(values);
}

/** The header is padded with spaces so that the data begins at a multiple of eight. */
function assemble(header: Uint8Array, bodies: Uint8Array[], size: number): Uint8Array {
  const headerLength = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + size).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(header, 8);
  let offset = 8 + headerLength;
  for (const body of bodies) {
    file.set(body, offset);
    offset += body.length;
  }
  return file;
}

function bytesOfArray(array: Float32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
