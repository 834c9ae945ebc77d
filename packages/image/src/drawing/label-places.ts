import type { SegmentMap } from '../segment-map.ts';
import type { Rectangle } from './canvas.ts';

/** Finds the innermost pixel of every segment by city-block distance from its border, the place of its label. */
export function innermostPixels({ ids, width, height }: SegmentMap): Map<number, { x: number; y: number }> {
  const depth = borderDistance(ids, width, height);
  const deepest = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) {
    const best = deepest.get(ids[i]);
    if (best === undefined || depth[i] > depth[best]) deepest.set(ids[i], i);
  }
  return new Map([...deepest].map(([id, i]) => [id, { x: i % width, y: Math.floor(i / width) }]));
}

/** Two passes of the city-block distance transform (Rosenfeld and Pfaltz 1966); the picture's edge is a border. */
function borderDistance(ids: Int32Array, width: number, height: number): Int32Array {
  const distance = new Int32Array(ids.length);
  const through = (i: number, other: number) => (ids[other] === ids[i] ? distance[other] + 1 : 1);
  for (let i = 0; i < ids.length; i++) {
    const isEdge = i % width === 0 || i < width;
    distance[i] = isEdge ? 1 : Math.min(through(i, i - 1), through(i, i - width));
  }
  for (let i = ids.length - 1; i >= 0; i--) {
    const isEdge = (i + 1) % width === 0 || i >= width * (height - 1);
    distance[i] = isEdge ? 1 : Math.min(distance[i], through(i, i + 1), through(i, i + width));
  }
  return distance;
}

/**
 * Finds a place for a label near a point: inside the picture and clear of the labels already there.
 *
 * @returns null where there is none within a few label heights
 */
export function freePlace(
  center: { x: number; y: number },
  size: { width: number; height: number },
  picture: { width: number; height: number },
  taken: readonly Rectangle[],
): Rectangle | null {
  const clamp = (value: number, most: number) => Math.round(Math.max(0, Math.min(most, value)));
  for (const step of [0, -1, 1, -2, 2, -3, 3]) {
    const place = {
      x: clamp(center.x - size.width / 2, picture.width - size.width),
      y: clamp(center.y - size.height / 2 + step * (size.height + 1), picture.height - size.height),
      ...size,
    };
    if (!taken.some((other) => overlaps(place, other))) return place;
  }
  return null;
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
