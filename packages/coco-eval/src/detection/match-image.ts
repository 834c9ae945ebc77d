/** The objects and detections of one image and category. Shapes: D detections, G ground truths, T thresholds. */
export type MatchProblem = {
  detections: number; // D
  groundTruths: number; // G
  ious: Float64Array; // [D, G] detections by falling score, ground truths in file order
  isCrowd: Uint8Array; // [G] may be matched again and again
  isIgnored: Uint8Array; // [G] neither right nor wrong
  thresholds: readonly number[]; // [T]
};

export type Matching = {
  order: Int32Array; // [G] ground truths, those that count first
  truthOfDetection: Int32Array; // [T, D] index of the ground truth, or −1
  detectionOfTruth: Int32Array; // [T, G] index of the detection that took it last, or −1; G in file order
};

/**
 * Greedy matching of COCO (Lin et al. 2014; pycocotools evaluateImg): the best detection chooses first, and takes the
 * free ground truth it overlaps most, at least by the threshold, the later of equals; one that is ignored only if none
 * that counts will do. NaN passes as an overlap, as it does in pycocotools.
 */
export function matchImage(problem: MatchProblem): Matching {
  const { detections, groundTruths, ious, isCrowd, isIgnored, thresholds } = problem;
  const order = countedFirst(isIgnored, groundTruths);
  const truthOfDetection = new Int32Array(thresholds.length * detections).fill(-1);
  const detectionOfTruth = new Int32Array(thresholds.length * groundTruths).fill(-1);
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
  return { order, truthOfDetection, detectionOfTruth };
}

function countedFirst(isIgnored: Uint8Array, groundTruths: number): Int32Array {
  const order = new Int32Array(groundTruths);
  let k = 0;
  for (let g = 0; g < groundTruths; g++) if (isIgnored[g] === 0) order[k++] = g;
  for (let g = 0; g < groundTruths; g++) if (isIgnored[g] !== 0) order[k++] = g;
  return order;
}
