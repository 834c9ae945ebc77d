import { type BoxMask, paintMask } from './box-mask.ts';

/** The union of masks; of none, a box of no pixels. */
export function joinMasks(masks: readonly BoxMask[]): BoxMask {
  const parts = masks.filter(({ data }) => data.length > 0);
  if (parts.length === 1) return parts[0];
  if (parts.length === 0) return { x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) };
  const x = Math.min(...parts.map((part) => part.x));
  const y = Math.min(...parts.map((part) => part.y));
  const width = Math.max(...parts.map((part) => part.x + part.width)) - x;
  const height = Math.max(...parts.map((part) => part.y + part.height)) - y;
  const data = new Uint8Array(width * height);
  for (const part of parts) paintMask(data, width, { ...part, x: part.x - x, y: part.y - y }, 1);
  return { x, y, width, height, data };
}
