import { type InstanceList, isInside, type SegmentMap } from '@seg/postprocess';

/** Pixels of one found object, as the tracker compares them. */
export type SegmentRegion = {
  /** Row-major places of its pixels, ascending. */
  pixels: Int32Array;
  box: SegmentBox;
};

/** A region, and the whole pixels by which it is moved. */
export type MovedRegion = { region: SegmentRegion; shift: readonly [x: number, y: number] };

/** x, y, width, height in pixels. */
export type SegmentBox = readonly [x: number, y: number, width: number, height: number];

/** Regions of the segments of a map, by their order in it. */
export function regionsOfMap({ ids, segments }: SegmentMap): SegmentRegion[] {
  const places = new Map(segments.map(({ id }, i) => [id, i]));
  const pixels = segments.map(({ area }) => new Int32Array(area));
  const filled = new Int32Array(segments.length);
  for (let i = 0; i < ids.length; i++) {
    const k = places.get(ids[i]);
    if (k !== undefined && filled[k] < pixels[k].length) pixels[k][filled[k]++] = i;
  }
  return segments.map(({ bbox }, k) => ({ pixels: pixels[k].subarray(0, filled[k]), box: bbox }));
}

/** Regions of instances, which may overlap. */
export function regionsOfInstances({ instances }: InstanceList): SegmentRegion[] {
  return instances.map(({ mask }) => {
    const pixels = new Int32Array(mask.area);
    const [left, top, width, height] = mask.bbox;
    let filled = 0;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const i = y * mask.width + x;
        if (isInside(mask, i) && filled < pixels.length) pixels[filled++] = i;
      }
    }
    return { pixels: pixels.subarray(0, filled), box: mask.bbox };
  });
}

/** Room for marks of one region at a time, without clearing a picture for each. */
export class Overlaps {
  private readonly marks: Int32Array;
  private readonly width: number;
  private readonly height: number;
  private mark = 0;

  constructor(width: number, height: number) {
    this.marks = new Int32Array(width * height);
    this.width = width;
    this.height = height;
  }

  /**
   * Intersection over union of a region with each of several that is moved.
   *
   * @param others What leaves the picture does not count
   */
  ious(region: SegmentRegion, others: readonly MovedRegion[]): Float64Array {
    this.mark++;
    for (const i of region.pixels) this.marks[i] = this.mark;
    return Float64Array.from(others, (other) => this.iou(region, other));
  }

  private iou(region: SegmentRegion, { region: moved, shift: [dx, dy] }: MovedRegion): number {
    if (!boxesMeet(region.box, moved.box, dx, dy)) return 0;
    const { marks, mark, width, height } = this;
    let [shared, inside] = [0, 0];
    for (const i of moved.pixels) {
      const x = (i % width) + dx;
      const y = Math.floor(i / width) + dy;
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      inside++;
      if (marks[y * width + x] === mark) shared++;
    }
    return shared === 0 ? 0 : shared / (region.pixels.length + inside - shared);
  }
}

function boxesMeet(a: SegmentBox, b: SegmentBox, dx: number, dy: number): boolean {
  const [left, top] = [b[0] + dx, b[1] + dy];
  return a[0] < left + b[2] && left < a[0] + a[2] && a[1] < top + b[3] && top < a[1] + a[3];
}
