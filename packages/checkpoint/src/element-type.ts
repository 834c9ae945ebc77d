import { bfloat16ToFloat32, float16ToFloat32 } from './half-float.ts';

/** Types of numbers that checkpoints store. */
export type ElementType = 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** Little-endian elements as float32: exact for f32, f16 and bf16, rounded for f64 and large integers. */
export function elementsToFloat32(type: ElementType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer; // aligned
  switch (type) {
    case 'f32':
      return new Float32Array(buffer);
    case 'f16':
      return float16ToFloat32(new Uint16Array(buffer)) as Float32Array<ArrayBuffer>;
    case 'bf16':
      return bfloat16ToFloat32(new Uint16Array(buffer)) as Float32Array<ArrayBuffer>;
    case 'f64':
      return Float32Array.from(new Float64Array(buffer));
    case 'i64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'i32':
      return Float32Array.from(new Int32Array(buffer));
    case 'i16':
      return Float32Array.from(new Int16Array(buffer));
    case 'i8':
      return Float32Array.from(new Int8Array(buffer));
    case 'u8':
    case 'bool':
      return Float32Array.from(new Uint8Array(buffer));
    default: {
      throw new RangeError(`elementsToFloat32: expected an element type, got ${type satisfies never}`);
    }
  }
}
