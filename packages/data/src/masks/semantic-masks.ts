import { FormatError } from '@seg/checkpoint/safetensors';
import type { ImageSize } from '@seg/image';

import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { type BoxMask, boxMaskOf } from './box-mask.ts';
import { labelMasks } from './label-masks.ts';
import { MaskRoom } from './mask-room.ts';

/**
 * Makes one segment of each class present in a map of labels.
 *
 * @param labels [H · W]
 * @param classOf Class index of a label; null where it is known to be no class, undefined where nothing is known
 * @param classes Number of classes
 * @throws FormatError at a label beyond the classes
 */
export function semanticMasks(
  labels: ArrayLike<number>,
  size: ImageSize,
  classOf: (label: number) => number | null | undefined,
  classes: number,
  where: string,
): { size: ImageSize; segments: MaskSegment[]; unknown: BoxMask | null } {
  const room = new MaskRoom(where);
  const masks = labelMasks(labels, size, room, (label) => typeof classOf(label) === 'number');
  const segments = [...masks].map(([label, mask]) => {
    const category = classOf(label) as number;
    if (category < classes) return { mask, category, isCrowd: false };
    throw new FormatError(`${where}: expected labels of ${classes} classes, got ${label}`);
  });
  return { size, segments, unknown: unknownMask(labels, size, (label) => classOf(label) === undefined) };
}

/** Makes the mask of the pixels of which nothing is known; null where there are none. */
export function unknownMask(
  labels: ArrayLike<number>,
  size: ImageSize,
  isUnknown: (label: number) => boolean,
): BoxMask | null {
  const known = new Map<number, boolean>();
  const marks = new Uint8Array(labels.length);
  for (let i = 0; i < marks.length; i++) {
    let mark = known.get(labels[i]);
    if (mark === undefined) {
      mark = isUnknown(labels[i]);
      known.set(labels[i], mark);
    }
    marks[i] = mark ? 1 : 0;
  }
  const mask = boxMaskOf(marks, size);
  return mask.width === 0 ? null : mask;
}
