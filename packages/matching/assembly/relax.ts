// AssemblyScript; built by scripts/build-relax.mjs into src/relax-wasm.ts. Addresses are bytes, arrays are of float64,
// padded to a multiple of two with costs of +infinity.

/**
 * Shortens distances by way of one row, d = ((lowest + cost) - u) - v, and finds the nearest columns. What lies below
 * `floor` counts as `floor` before it is shortened: +infinity begins a search, -infinity continues it.
 *
 * Memory begins with four arrays: `open`, `distance`, `path`, which gets `row` where the distance became shorter, and
 * `nearest`, which gets the columns at the smallest distance, ascending.
 *
 * @param costs Address of the row
 * @param bytes Length of the row, and of each array
 * @returns How many columns are nearest
 */
export function relax(costs: usize, bytes: usize, lowest: f64, u: f64, row: f64, floor: f64): i32 {
  const distance = bytes;
  const path = 2 * bytes;
  const nearest = 3 * bytes;
  const l = f64x2.splat(lowest);
  const uu = f64x2.splat(u);
  const r = f64x2.splat(row);
  const f = f64x2.splat(floor);
  let near = f64x2.splat(Infinity);
  for (let k: usize = 0; k < bytes; k += 16) {
    const before = f64x2.pmax(f, v128.load(distance + k));
    const through = f64x2.sub(f64x2.sub(f64x2.add(l, v128.load(costs + k)), uu), v128.load(k));
    const nearer = f64x2.lt(through, before);
    const after = v128.bitselect(through, before, nearer);
    v128.store(distance + k, after);
    v128.store(path + k, v128.bitselect(r, v128.load(path + k), nearer));
    near = f64x2.pmin(near, after);
  }
  near = f64x2.splat(min(f64x2.extract_lane(near, 0), f64x2.extract_lane(near, 1)));
  let count: i32 = 0;
  for (let k: usize = 0; k < bytes; k += 16) {
    const equal = i64x2.bitmask(f64x2.eq(v128.load(distance + k), near));
    if (equal & 1) store<f64>(nearest + (count++ << 3), f64(k >> 3));
    if (equal & 2) store<f64>(nearest + (count++ << 3), f64((k >> 3) + 1));
  }
  return count;
}

/**
 * Copies rows of `width` numbers to rows `stride` apart; all lengths and steps are in bytes.
 *
 * @param last End of the target
 * @returns The least number copied, NaN if one is NaN
 */
export function load(source: usize, target: usize, last: usize, width: usize, stride: usize, rowStep: usize, step: usize): f64 {
  let least = Infinity;
  for (; target < last; target += stride) {
    let from = source;
    for (let k: usize = 0; k < width; k += 8) {
      const cost = f64.load(from);
      least = min(least, cost);
      f64.store(target + k, cost);
      from += step;
    }
    source += rowStep;
  }
  return least;
}
