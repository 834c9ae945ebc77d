import type { Runs } from '../golden/schemas.ts';
import { judged, type TapResult } from './tap-result.ts';

/** Pixels of a map or mask that may differ: scores at a border can tie within rounding, one on either side of it. */
export const ALLOWED_PIXELS = 2;

/** Counts the pixels where a map differs from its golden. */
export function compareMap(name: string, ours: ArrayLike<number>, expected: Runs): TapResult {
  let [differing, pixel] = [0, 0];
  for (const [value, count] of expected) {
    const end = Math.min(pixel + count, ours.length);
    for (let i = pixel; i < end; i++) if (ours[i] !== value) differing++;
    pixel += count;
  }
  const note = pixel === ours.length ? undefined : `${ours.length} pixels, expected ${pixel}`;
  return judged(name, differing, ALLOWED_PIXELS, pixel, note);
}
