import { boundaryDistance } from '../mask/boundary.ts';

/**
 * A label map minus its erosion, the smallest label within the boundary distance, where outside the image all is 0: what
 * detectron2's SemSegEvaluator calls a boundary.
 *
 * @param labels [H, W] @returns [H, W]
 */
export function labelBoundary(labels: ArrayLike<number>, height: number, width: number): Uint32Array {
  const d = boundaryDistance(height, width);
  const across = slidingMinimum(labels, height, width, width, 1, d);
  const eroded = slidingMinimum(across, width, height, 1, width, d);
  return Uint32Array.from(labels, (label, p) => label - eroded[p]);
}

function slidingMinimum(
  values: ArrayLike<number>,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  d: number,
): Uint32Array {
  const smallest = new Uint32Array(values.length);
  const queue = new Int32Array(length); // positions of ascending values within the window
  for (let line = 0; line < lines; line++) {
    let [head, tail] = [0, 0];
    const at = (k: number) => values[line * lineStep + k * step];
    for (let k = 0; k < length; k++) {
      while (tail > head && at(queue[tail - 1]) >= at(k)) tail--;
      queue[tail++] = k;
      const middle = k - d;
      if (middle < d) continue; // the window reaches outside
      while (queue[head] < middle - d) head++;
      smallest[line * lineStep + middle * step] = at(queue[head]);
    }
  }
  return smallest;
}
