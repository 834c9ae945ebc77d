import type { ImageSize } from '@seg/image';

import type { BoxMask, PixelBox } from './box-mask.ts';
import type { MaskRoom } from './mask-room.ts';

/**
 * Cuts a map of labels into one mask a label.
 *
 * @param labels [H · W]
 * @param isWanted False for labels that are left out
 * @returns Masks by label, in the order of the labels
 * @throws FormatError where the masks take more than the room
 */
export function labelMasks(
  labels: ArrayLike<number>,
  [height, width]: ImageSize,
  room: MaskRoom,
  isWanted: (label: number) => boolean = () => true,
): Map<number, BoxMask> {
  const boxes = labelBoxes(labels, height, width);
  const masks = new Map<number, BoxMask>();
  for (const label of [...boxes.keys()].sort((a, b) => a - b)) {
    if (!isWanted(label)) continue;
    const box = boxes.get(label)!;
    room.take(box);
    masks.set(label, maskWithin(labels, width, label, box));
  }
  return masks;
}

function labelBoxes(labels: ArrayLike<number>, height: number, width: number): Map<number, PixelBox> {
  const boxes = new Map<number, PixelBox>();
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const [start, label] = [x, labels[i]];
      while (x < width && labels[i] === label) {
        x++;
        i++;
      }
      extend(boxes, label, start, x, y);
    }
  }
  return boxes;
}

/** Widens the box of a label by a run of pixels, columns `start` to `end` of row `y`. */
function extend(boxes: Map<number, PixelBox>, label: number, start: number, end: number, y: number): void {
  const box = boxes.get(label);
  if (box === undefined) {
    boxes.set(label, { x: start, y, width: end - start, height: 1 });
    return;
  }
  const right = Math.max(box.x + box.width, end);
  box.x = Math.min(box.x, start);
  box.width = right - box.x;
  box.height = y - box.y + 1;
}

function maskWithin(labels: ArrayLike<number>, imageWidth: number, label: number, box: PixelBox): BoxMask {
  const data = new Uint8Array(box.width * box.height);
  for (let row = 0, i = 0; row < box.height; row++) {
    const from = (box.y + row) * imageWidth + box.x;
    for (let column = 0; column < box.width; column++, i++) data[i] = labels[from + column] === label ? 1 : 0;
  }
  return { ...box, data };
}
