import type { PairCounts } from './pair-counts.ts';

/** A segment as segments_info lists it. */
export type SegmentInfo = {
  id: number;
  category_id: number;
  /** 1 where single objects were not told apart. Ground truth only. */
  iscrowd?: number | boolean;
  /** Pixels. Of ground truth only, and believed where it is more than there are, as panopticapi does; counted if absent. */
  area?: number;
};

/** Contribution of one image to panoptic quality. */
export type SegmentMatches = {
  /** Matched pairs, in the order their IoU is summed: by ground-truth id, then predicted id. */
  matched: { category: number; iou: number; truth: number; predicted: number }[];
  /** Predicted segments that are wrong, in the order of the JSON. */
  falsePositives: SegmentInfo[];
  /** Ground-truth segments that were missed, in the order of the JSON. */
  falseNegatives: SegmentInfo[];
};

/** panopticapi's id of pixels without a segment. */
const VOID = 0;

/**
 * Matches the segments of one image: same category and IoU above ½ strictly (Kirillov et al. 2019, "Panoptic
 * segmentation", §4.1), with panopticapi's treatment of void and crowds. Predicted pixels on void leave the union; an
 * unmatched prediction that lies by more than half on void, or on the crowd of its category listed last, is no error.
 *
 * @param band Pair counts of the boundaries alone, for boundary PQ: the IoU is then the lesser of the two
 * @throws where panopticapi does: at ids of the prediction that only the pixels or only the JSON know; and at an area
 *   below the pixels there are, for which it gives an IoU above 1
 */
export function matchSegments(
  truth: readonly SegmentInfo[],
  predicted: readonly SegmentInfo[],
  pairs: PairCounts,
  band?: PairCounts,
): SegmentMatches {
  const areas = new Counted(pairs);
  const bands = band && new Counted(band);
  const truths = new Map(truth.map((segment) => [segment.id, segment]));
  const predictions = new Map(predicted.map((segment) => [segment.id, segment]));
  requireSameIds(predictions, areas);
  for (const segment of truths.values()) requireArea('PanopticQuality', segment, areas.ofTruth(segment.id));

  const matched: SegmentMatches['matched'] = [];
  const [seenTruth, seenPredicted] = [new Set<number>(), new Set<number>()];
  areas.forEach((truthId, predictedId) => {
    const t = truths.get(truthId);
    const p = predictions.get(predictedId);
    if (!t || !p || Number(t.iscrowd) === 1 || t.category_id !== p.category_id) return;
    let iou = areas.iou(t, predictedId, t.area);
    if (bands) iou = Math.min(iou, bands.iou(t, predictedId));
    if (!(iou > 0.5)) return;
    matched.push({ category: t.category_id, iou, truth: truthId, predicted: predictedId });
    seenTruth.add(truthId);
    seenPredicted.add(predictedId);
  });

  const unmatched = [...truths.values()].filter(({ id }) => !seenTruth.has(id));
  const lastCrowd = new Map<number, number>();
  for (const { id, category_id, iscrowd } of unmatched) if (Number(iscrowd) === 1) lastCrowd.set(category_id, id);
  const excused = ({ id, category_id }: SegmentInfo) => {
    const crowd = lastCrowd.get(category_id);
    const covered = areas.shared(VOID, id) + (crowd === undefined ? 0 : areas.shared(crowd, id));
    return covered / areas.ofPrediction(id) > 0.5;
  };
  return {
    matched,
    falsePositives: [...predictions.values()].filter((segment) => !seenPredicted.has(segment.id) && !excused(segment)),
    falseNegatives: unmatched.filter(({ iscrowd }) => Number(iscrowd) !== 1),
  };
}

/** @throws unless the area of a segment of the ground truth, if it has one, is of all its pixels */
export function requireArea(where: string, { id, area }: SegmentInfo, pixels: number): void {
  if (area === undefined || area >= pixels) return;
  throw new RangeError(`${where}: expected area of at least its ${pixels} pixels for segment ${id}, got ${area}`);
}

function requireSameIds(predictions: Map<number, SegmentInfo>, areas: Counted): void {
  for (const id of areas.pairs.predictedIds) {
    if (id !== VOID && !predictions.has(id)) {
      throw new RangeError(`PanopticQuality: expected every id of the predicted pixels in segments, got ${id}`);
    }
  }
  for (const id of predictions.keys()) {
    if (areas.ofPrediction(id) === 0) {
      throw new RangeError(`PanopticQuality: expected every predicted segment to have pixels, got none for ${id}`);
    }
  }
}

/** Pair counts that answer questions about ids. */
class Counted {
  readonly pairs: PairCounts;
  readonly rows: Map<number, number>;
  readonly columns: Map<number, number>;

  constructor(pairs: PairCounts) {
    this.pairs = pairs;
    this.rows = new Map(Array.from(pairs.truthIds, (id, row) => [id, row]));
    this.columns = new Map(Array.from(pairs.predictedIds, (id, column) => [id, column]));
  }

  shared(truth: number, predicted: number): number {
    const row = this.rows.get(truth);
    const column = this.columns.get(predicted);
    return row === undefined || column === undefined ? 0 : this.pairs.counts[row * this.columns.size + column];
  }

  ofPrediction(predicted: number): number {
    const column = this.columns.get(predicted);
    let area = 0;
    if (column === undefined) return area;
    for (let row = 0; row < this.rows.size; row++) area += this.pairs.counts[row * this.columns.size + column];
    return area;
  }

  ofTruth(truth: number): number {
    const row = this.rows.get(truth);
    if (row === undefined) return 0;
    return this.pairs.counts
      .subarray(row * this.columns.size, (row + 1) * this.columns.size)
      .reduce((a, b) => a + b, 0);
  }

  /** intersection / (prediction + truth − intersection − prediction on void), summed in this order */
  iou(truth: SegmentInfo, predicted: number, truthArea = this.ofTruth(truth.id)): number {
    const intersection = this.shared(truth.id, predicted);
    return intersection / (this.ofPrediction(predicted) + truthArea - intersection - this.shared(VOID, predicted));
  }

  /** Every pair with common pixels, by ascending truth, then prediction. */
  forEach(visit: (truth: number, predicted: number) => void): void {
    const { truthIds, predictedIds, counts } = this.pairs;
    let k = 0;
    for (const truth of truthIds) for (const predicted of predictedIds) if (counts[k++] > 0) visit(truth, predicted);
  }
}
