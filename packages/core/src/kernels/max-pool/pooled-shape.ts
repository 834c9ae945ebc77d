import type { Shape4D } from '../map-layout.ts';
import type { Attrs } from './types.ts';

/** Shape of what a pool makes of a map [B, H, W, C]. */
export function pooledShape([batch, height, width, channels]: Shape4D, { size, strides, padding }: Attrs): Shape4D {
  const side = (pixels: number, axis: 0 | 1) =>
    Math.floor((pixels + padding[axis][0] + padding[axis][1] - size[axis]) / strides[axis]) + 1;
  return [batch, side(height, 0), side(width, 1), channels];
}
