import { expectThat } from '../state/expect-value.ts';
import { joinedRuns } from './joined-runs.ts';
import { type Rle, requireSize, requireTotal } from './rle.ts';

/**
 * Reach of the boundary band inward, in pixels: a share of the image diagonal, rounded half to even as Python
 * does, at least 1. Cheng et al. 2021, "Boundary IoU".
 */
export function boundaryDistance(height: number, width: number, dilationRatio = 0.02): number {
  requireSize('boundaryDistance', height, width);
  const isShare = Number.isFinite(dilationRatio) && dilationRatio > 0;
  expectThat(isShare, 'boundaryDistance', 'dilationRatio above 0', dilationRatio);
  return Math.max(1, roundHalfEven(dilationRatio * Math.sqrt(height * height + width * width)));
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below + (below % 2);
  return rest < 0.5 ? below : below + 1;
}

/**
 * The pixels of a mask within `boundaryDistance` of its background, counted as a king moves; outside the image all is
 * background.
 */
export function boundaryOf(rle: Rle, dilationRatio = 0.02): Rle {
  requireTotal('boundaryOf', rle);
  const { height, width } = rle;
  const distance = boundaryDistance(height, width, dilationRatio);
  const mask = { height, width, counts: joinedRuns(rle.counts) };
  return { height, width, counts: withoutInterior(mask, erodedRuns(mask, distance)) };
}

/** Starts and ends of the runs whose (2d + 1)² neighborhood is all foreground, alternately, ascending. */
function erodedRuns({ height, width, counts }: Rle, d: number): Uint32Array {
  // depth[y]: over how many columns to the left, this one included, row y stayed foreground after eroding downwards
  const depth = new Int32Array(height);
  const alive = new Uint8Array(height);
  let found = new Uint32Array(64);
  let size = 0;
  let j = 1;
  let start = counts.length > 0 ? counts[0] : 0;
  let end = start + (counts.length > 1 ? counts[1] : 0);
  for (let x = 0; x < width; x++) {
    const top = x * height;
    alive.fill(0);
    let any = false;
    while (j < counts.length && start < top + height) {
      const from = Math.max(start, top) - top + d;
      const to = Math.min(end, top + height) - top - d;
      if (from < to) {
        alive.fill(1, from, to);
        any = true;
      }
      if (end > top + height) break;
      start = end + (counts[j + 1] ?? 0);
      end = start + (counts[j + 2] ?? 0);
      j += 2;
    }
    if (!any) {
      depth.fill(0);
      continue;
    }
    const base = top - d * height; // the middle column of the window
    let inside = false;
    for (let y = 0; y < height; y++) {
      depth[y] = alive[y] === 1 ? depth[y] + 1 : 0;
      if (depth[y] > 2 * d !== inside) {
        inside = !inside;
        if (size + 2 > found.length) {
          const larger = new Uint32Array(found.length * 2);
          larger.set(found);
          found = larger;
        }
        found[size++] = base + y;
      }
    }
    if (inside) found[size++] = base + height;
  }
  return found.subarray(0, size);
}

/** Runs of a mask without an inner region, whose starts and ends are given: where both change at once, nothing does. */
function withoutInterior({ height, width, counts }: Rle, interior: Uint32Array): Uint32Array {
  const runs = new Uint32Array(counts.length + interior.length + 1);
  let size = 0;
  let before = 0;
  const change = (at: number) => {
    runs[size++] = at - before;
    before = at;
  };
  let edge = 0;
  let h = 0;
  for (let j = 0; j < counts.length; j++) {
    edge += counts[j];
    while (h < interior.length && interior[h] < edge) change(interior[h++]);
    if (interior[h] === edge) h++;
    else if (j < counts.length - 1) change(edge);
  }
  change(height * width);
  return runs.slice(0, size);
}
