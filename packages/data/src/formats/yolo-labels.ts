import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import type { ImageSize } from '@seg/image';

import { attempt, type FaultSink } from '../data-sets/data-fault.ts';
import type { CocoInstance } from './coco-instances.ts';

/** Fraction of the image that a corner may lie beyond its edge, where it is cut off: pixels and not fractions are beyond it. */
const MOST_OUTSIDE = 0.5;

/** Numbers of a line of detection: class, center and size of a box. */
const BOX_NUMBERS = 5;

/**
 * Reads the label file of one image: a line an object, its class and the corners of its polygon as fractions of the image.
 *
 * @param size Height and width of the image
 * @param classes Number of classes
 * @param name Of the file, for messages
 */
export function parseYoloLabels(
  text: string,
  size: ImageSize,
  classes: number,
  name: string,
  report: FaultSink,
): CocoInstance[] {
  const instances: CocoInstance[] = [];
  const seen = new Set<string>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '') return;
    const where = `${name}: line ${i + 1}`;
    if (seen.has(line)) {
      report({ severity: 'warning', kind: 'duplicate', message: `${where}: expected every object once, got it twice` });
      return;
    }
    seen.add(line);
    const numbers = line.trim().split(/\s+/);
    attempt(numbers.length === BOX_NUMBERS ? 'no-mask' : 'annotation', report, () => {
      instances.push(readLine(numbers, size, classes, where));
    });
  });
  return instances;
}

function readLine(parts: readonly string[], [height, width]: ImageSize, classes: number, where: string): CocoInstance {
  if (parts.length === BOX_NUMBERS) throw new FormatError(`${where}: expected corners of a polygon, got a box`);
  const [category, ...corners] = parts.map(Number);
  if (!(Number.isInteger(category) && category >= 0 && category < classes)) {
    throw new FormatError(`${where}: expected a class of 0 to ${classes - 1}, got ${describeValue(parts[0])}`);
  }
  if (corners.length < 6 || corners.length % 2 !== 0 || !corners.every(Number.isFinite)) {
    const hint = corners.length % 2 === 0 ? '' : ' (a confidence or the number of a track is no corner)';
    throw new FormatError(`${where}: expected three or more corners x y, got ${corners.length} numbers${hint}`);
  }
  const far = corners.find((value) => value < -MOST_OUTSIDE || value > 1 + MOST_OUTSIDE);
  if (far !== undefined) throw new FormatError(`${where}: expected fractions of the image, got ${far}`);
  const polygon = corners.map((value, k) => value * (k % 2 === 0 ? width : height));
  return { where, category, isCrowd: false, shape: [polygon] };
}
