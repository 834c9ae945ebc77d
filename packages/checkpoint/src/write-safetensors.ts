import { float32ToFloat16 } from './half-float.ts';
import type { StoredValue } from './param-source.ts';
import { isQuantizable, quantizeRows } from './row-quantization.ts';
import { ROW_SCALES, scaleKey } from './row-scales.ts';

/** Type in which numbers are written. */
export type Precision = 'float32' | 'float16' | 'int8';

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
 * @throws RangeError naming the tensor, where a value does not fit into the type
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredValue>,
  { metadata = {}, precision = 'float32' }: WriteSafetensorsOptions = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  const bodies: Uint8Array[] = [];
  const scaled: Record<string, string> = {};
  let end = 0;
  for (const [key, value] of tensors) {
    const pieces = piecesOf(key, value, precision);
    if (pieces.length > 1) scaled[key] = pieces[1].key;
    for (const { key: name, dtype, shape, body } of pieces) {
      if (Object.hasOwn(header, name)) throw new RangeError(`writeSafetensors: expected one tensor ${name}, got two`);
      header[name] = { dtype, shape, data_offsets: [end, end + body.length] };
      bodies.push(body);
      end += body.length;
    }
  }
  const quantization = precision === 'int8' ? { [ROW_SCALES]: JSON.stringify(scaled) } : {};
  const whole = { __metadata__: { format: 'pt', ...metadata, ...quantization }, ...header };
  return assemble(new TextEncoder().encode(JSON.stringify(whole)), bodies, end);
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
