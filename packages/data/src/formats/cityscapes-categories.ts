import type { Category } from '@seg/image';

/** The 19 classes of Cityscapes that are trained and measured, with their ids (Cordts et al. 2016, table 1). */
export const CITYSCAPES_CATEGORIES: readonly Category[] = [
  { id: 7, name: 'road', isThing: false, color: [128, 64, 128] },
  { id: 8, name: 'sidewalk', isThing: false, color: [244, 35, 232] },
  { id: 11, name: 'building', isThing: false, color: [70, 70, 70] },
  { id: 12, name: 'wall', isThing: false, color: [102, 102, 156] },
  { id: 13, name: 'fence', isThing: false, color: [190, 153, 153] },
  { id: 17, name: 'pole', isThing: false, color: [153, 153, 153] },
  { id: 19, name: 'traffic light', isThing: false, color: [250, 170, 30] },
  { id: 20, name: 'traffic sign', isThing: false, color: [220, 220, 0] },
  { id: 21, name: 'vegetation', isThing: false, color: [107, 142, 35] },
  { id: 22, name: 'terrain', isThing: false, color: [152, 251, 152] },
  { id: 23, name: 'sky', isThing: false, color: [70, 130, 180] },
  { id: 24, name: 'person', isThing: true, color: [220, 20, 60] },
  { id: 25, name: 'rider', isThing: true, color: [255, 0, 0] },
  { id: 26, name: 'car', isThing: true, color: [0, 0, 142] },
  { id: 27, name: 'truck', isThing: true, color: [0, 0, 70] },
  { id: 28, name: 'bus', isThing: true, color: [0, 60, 100] },
  { id: 31, name: 'train', isThing: true, color: [0, 80, 100] },
  { id: 32, name: 'motorcycle', isThing: true, color: [0, 0, 230] },
  { id: 33, name: 'bicycle', isThing: true, color: [119, 11, 32] },
];
