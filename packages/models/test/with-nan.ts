import { type StoredValue, writeSafetensors } from '@seg/checkpoint';

/** A number that no weight of a test is. */
const MARK = 12345.678;

/** A safetensors file with a NaN among the values of a key, which no writer of ours writes. */
export function withNan(weights: Map<string, StoredValue>, key: string, place: number): Uint8Array {
  const value = weights.get(key)!;
  const marked = new Map([...weights, [key, { ...value, values: value.values.with(place, MARK) }] as const]);
  const bytes = writeSafetensors(marked);
  const at = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(MARK).buffer));
  bytes.set(new Uint8Array(Float32Array.of(Number.NaN).buffer), at);
  return bytes;
}
