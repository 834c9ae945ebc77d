/** One segment of an image. */
export type Segment = {
  /** From 1 on, as it stands in the map. */
  id: number;
  /** Class index, 0 to K − 1. */
  category: number;
  isThing: boolean;
  /** Between 0 and 1. */
  score: number;
  /** In pixels. */
  area: number;
  /** x, y, width, height in pixels. */
  bbox: [x: number, y: number, width: number, height: number];
  /** Number of the network's query that it comes from, the surest of several; only where it was asked for. */
  query?: number;
  /** Vector by which the network describes it, [D]; only where it was asked for. */
  embedding?: Float32Array;
};

/** An image cut into segments: every pixel has the id of one, or 0 for none. */
export type SegmentMap = {
  /** [H · W], row by row */
  ids: Int32Array;
  width: number;
  height: number;
  segments: Segment[];
};
