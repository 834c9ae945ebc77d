import type { Size } from '@seg/core';

/**
 * Scores that points NMS would leave if ties fell the other way. A cell is kept unless a neighbor above, to the
 * left, or above to the left exceeds it: where the two logits are closer than the noise of both, either outcome is
 * right, and which one a backend gives depends on the last bits of its sums.
 *
 * @param logits [H, W, K]
 * @param scores [H, W, K] behind points NMS
 * @param noise How far the golden's own logits are off
 * @returns [H, W, K] the scores themselves, but of tied cells the other outcome
 */
export function otherOutcomes(
  logits: ArrayLike<number>,
  scores: ArrayLike<number>,
  [height, width]: Size,
  noise: number,
): Float32Array {
  const numClasses = logits.length / (height * width);
  const others = Float32Array.from(scores);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < numClasses; k++, i++) {
        const left = x > 0 ? i - numClasses : i;
        const up = y > 0 ? width * numClasses : 0;
        const neighbors = [left, i - up, left - up].filter((j) => j !== i && j >= 0);
        const highest = Math.max(...neighbors.map((j) => logits[j]));
        if (Math.abs(logits[i] - highest) <= 2 * noise) others[i] = scores[i] === 0 ? sigmoid(logits[i]) : 0;
      }
    }
  }
  return others;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
