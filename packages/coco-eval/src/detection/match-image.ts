/** The objects and detections of one image and category. Shapes: D detections, G ground truths, T thresholds. */
export type MatchProblem = {
  detections: number; // D
  groundTruths: number; // G
  ious: Float64Array; // [D, G] detections by falling score, ground truths in file order
  isCrowd: readonly number[]; // [G] 1: may be matched again and again
  isIgnored: readonly number[]; // [G] 1: neither right nor wrong
  thresholds: readonly number[]; // [T]
};

/**
 * Pairs of detections and ground truths. Plain lists: most are tiny, and typed arrays cost more to make than to fill.
 */
export type Matching = {
  isIgnored: readonly number[]; // [G] as in the problem
  order: number[]; // [G] ground truths, those that count first
  truthOfDetection: number[]; // [T, D] index of the ground truth, or −1
  detectionOfTruth: number[]; // [T, G] index of the detection that took it last, or −1; G in file order
};

/**
 * Greedy matching of COCO (Lin et al. 2014; pycocotools evaluateImg): the best detection chooses first, and takes the
 * free ground truth it overlaps most, at least by the threshold, the later of equals; one that is ignored only if none
 * that counts will do. NaN passes as an overlap, as it does in pycocotools.
 */
export function matchImage(problem: MatchProblem): Matching {
  const { detections, groundTruths, ious, isCrowd, isIgnored, thresholds } = problem;
  const order = countedFirst(isIgnored, groundTruths);
  const truthOfDetection = new Array<number>(thresholds.length * detections).fill(-1);
  const detectionOfTruth = new Array<number>(thresholds.length * groundTruths).fill(-1);
  for (let t = 0; t < thresholds.length && groundTruths > 0; t++) {
    const threshold = Math.min(thresholds[t], 1 - 1e-10);
    for (let d = 0; d < detections; d++) {
      let best = threshold;
      let match = -1;
      for (let k = 0; k < groundTruths; k++) {
        const g = order[k];
        if (detectionOfTruth[t * groundTruths + g] !== -1 && isCrowd[g] === 0) continue;
        if (match !== -1 && isIgnored[match] === 0 && isIgnored[g] === 1) break;
        const iou = ious[d * groundTruths + g];
        if (iou < best) continue;
        best = iou;
        match = g;
      }
      if (match === -1) continue;
      truthOfDetection[t * detections + d] = match;
      detectionOfTruth[t * groundTruths + match] = d;
    }
  }
  return { isIgnored, order, truthOfDetection, detectionOfTruth };
}

function countedFirst(isIgnored: readonly number[], groundTruths: number): number[] {
  const order: number[] = [];
  for (let g = 0; g < groundTruths; g++) if (isIgnored[g] === 0) order.push(g);
  for (let g = 0; g < groundTruths; g++) if (isIgnored[g] !== 0) order.push(g);
  return order;
}
