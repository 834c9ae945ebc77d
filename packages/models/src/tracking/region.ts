import { type InstanceList, isInside, type SegmentMap } from '@seg/postprocess';

/** x, y, width, height in pixels. */
export type SegmentBox = readonly [x: number, y: number, width: number, height: number];

/** Pixels of one found object, as the tracker compares them: by runs, which are a hundred times fewer. */
export type SegmentRegion = {
  /** Row, first column, and the column behind the last, of each run; rows ascend, and columns within them. */
  runs: Int32Array;
  /** In pixels. */
  area: number;
  box: SegmentBox;
};

/** A region, and the whole pixels by which it is moved. */
export type MovedRegion = { region: SegmentRegion; shift: readonly [x: number, y: number] };

/** Regions of the segments of a map, by their order in it. */
export function regionsOfMap({ ids, width, height, segments }: SegmentMap): SegmentRegion[] {
  const runs = new Map(segments.map(({ id }) => [id, [] as number[]]));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const id = ids[y * width + x];
      const start = x;
      while (x < width && ids[y * width + x] === id) x++;
      if (id !== 0) runs.get(id)?.push(y, start, x);
    }
  }
  return segments.map(({ id, bbox }) => regionOf(runs.get(id)!, bbox));
}

/** Regions of instances, which may overlap. */
export function regionsOfInstances({ instances }: InstanceList): SegmentRegion[] {
  return instances.map(({ mask }) => {
    const runs: number[] = [];
    const [left, top, width, height] = mask.bbox;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const start = x;
        while (x < left + width && isInside(mask, y * mask.width + x)) x++;
        if (x > start) runs.push(y, start, x);
      }
    }
    return regionOf(runs, mask.bbox);
  });
}

function regionOf(runs: readonly number[], box: SegmentBox): SegmentRegion {
  let area = 0;
  for (let k = 0; k < runs.length; k += 3) area += runs[k + 2] - runs[k + 1];
  return { runs: Int32Array.from(runs), area, box };
}

/**
 * Intersection over union of two regions, the second of which is moved; what leaves the picture of it does not count.
 *
 * @param size Of the picture
 */
export function movedIou(
  { runs, area, box }: SegmentRegion,
  { region, shift: [dx, dy] }: MovedRegion,
  size: readonly [height: number, width: number],
): number {
  if (!boxesMeet(box, region.box, dx, dy)) return 0;
  let shared = 0;
  for (let a = 0, b = 0; a < runs.length && b < region.runs.length; ) {
    const row = runs[a] - (region.runs[b] + dy);
    const [start, end] = [region.runs[b + 1] + dx, region.runs[b + 2] + dx];
    if (row === 0) shared += Math.max(0, Math.min(runs[a + 2], end) - Math.max(runs[a + 1], start));
    if (row < 0 || (row === 0 && runs[a + 2] <= end)) a += 3;
    else b += 3;
  }
  return shared === 0 ? 0 : shared / (area + areaWithin(region, dx, dy, size) - shared);
}

/** Pixels of a moved region that are still in the picture. */
function areaWithin(
  { runs, area, box: [x, y, wide, tall] }: SegmentRegion,
  dx: number,
  dy: number,
  [height, width]: readonly [height: number, width: number],
): number {
  if (x + dx >= 0 && y + dy >= 0 && x + dx + wide <= width && y + dy + tall <= height) return area;
  let within = 0;
  for (let k = 0; k < runs.length; k += 3) {
    const row = runs[k] + dy;
    if (row < 0 || row >= height) continue;
    within += Math.max(0, Math.min(width, runs[k + 2] + dx) - Math.max(0, runs[k + 1] + dx));
  }
  return within;
}

function boxesMeet(a: SegmentBox, b: SegmentBox, dx: number, dy: number): boolean {
  const [left, top] = [b[0] + dx, b[1] + dy];
  return a[0] < left + b[2] && left < a[0] + a[2] && a[1] < top + b[3] && top < a[1] + a[3];
}
