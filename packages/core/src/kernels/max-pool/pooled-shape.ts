import { type Shape4D, sidesUnder } from '../map-layout.ts';
import type { Attrs } from './types.ts';

/** Shape of what a pool makes of a map [B, H, W, C]. */
export function pooledShape(map: Shape4D, { size, ...sliding }: Attrs): Shape4D {
  return [map[0], ...sidesUnder(map, size, sliding), map[3]];
}
