/**
 * Values from a formula instead of a file: every element of a tensor is computed from its key, so that a network of
 * published size can be filled identically here and in a reference. The recipe is in docs/goldens.md.
 *
 * @param key Name of the tensor
 * @param shape In the stored layout
 * @param center Middle of the uniform range
 * @param scale Half width of the uniform range
 * @returns Row-major values, each center + scale · u with u in [−1, 1)
 */
export function formulaValues(key: string, shape: readonly number[], center = 0, scale = 1, salt = 0): Float32Array {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const start = (fnv1a(new TextEncoder().encode(key)) ^ salt) | 0;
  for (let i = 0; i < values.length; i++) values[i] = center + scale * unit(start, i);
  return values;
}

/**
 * Projection of a tensor on the formula's directions of key `probe`: Σ vᵢ·uᵢ / √n. Any permutation of the elements
 * changes it.
 */
export function formulaProbe(values: ArrayLike<number>): number {
  const start = fnv1a(new TextEncoder().encode('probe')) | 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * unit(start, i);
  return sum / Math.sqrt(values.length);
}

/** Fowler–Noll–Vo 1a hash, 32 bit. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Element i of the sequence that starts at `start`: murmur3's finalizer on a Weyl sequence, in [−1, 1). */
function unit(start: number, i: number): number {
  let x = (start + Math.imul(0x9e3779b9, i + 1)) | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  x ^= x >>> 16;
  return (x >>> 0) / 2147483648 - 1;
}
