import type { Category } from '@seg/image';

/** The categories of the generated scenes: eight things told apart by shape, four stuffs told apart by texture. */
export const SCENE_CATEGORIES: readonly Category[] = [
  { id: 1, name: 'disk', isThing: true, color: [220, 20, 60] },
  { id: 2, name: 'square', isThing: true, color: [255, 140, 0] },
  { id: 3, name: 'triangle', isThing: true, color: [255, 215, 0] },
  { id: 4, name: 'ring', isThing: true, color: [0, 200, 120] },
  { id: 5, name: 'star', isThing: true, color: [0, 190, 220] },
  { id: 6, name: 'cross', isThing: true, color: [60, 90, 255] },
  { id: 7, name: 'crescent', isThing: true, color: [160, 60, 230] },
  { id: 8, name: 'capsule', isThing: true, color: [255, 80, 180] },
  { id: 9, name: 'sky', isThing: false, color: [225, 170, 255] },
  { id: 10, name: 'grass', isThing: false, color: [255, 235, 120] },
  { id: 11, name: 'brick', isThing: false, color: [120, 215, 255] },
  { id: 12, name: 'water', isThing: false, color: [255, 170, 110] },
];
