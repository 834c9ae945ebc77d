/** One entry of a COCO panoptic `categories` list (Kirillov et al. 2019; cocodataset.org, "format-data"). */
export type PanopticCategory = {
  id: number;
  name: string;
  /** 1 for countable things, 0 for amorphous stuff. */
  isthing: 0 | 1;
  /** RGB, 0 to 255, for drawings. */
  color: [number, number, number];
  supercategory: string;
};

/** The categories of the generated scenes: eight things told apart by shape, four stuffs told apart by texture. */
export const SCENE_CATEGORIES: readonly PanopticCategory[] = [
  { id: 1, name: 'disk', isthing: 1, color: [220, 20, 60], supercategory: 'shape' },
  { id: 2, name: 'square', isthing: 1, color: [255, 140, 0], supercategory: 'shape' },
  { id: 3, name: 'triangle', isthing: 1, color: [255, 215, 0], supercategory: 'shape' },
  { id: 4, name: 'ring', isthing: 1, color: [0, 200, 120], supercategory: 'shape' },
  { id: 5, name: 'star', isthing: 1, color: [0, 190, 220], supercategory: 'shape' },
  { id: 6, name: 'cross', isthing: 1, color: [60, 90, 255], supercategory: 'shape' },
  { id: 7, name: 'crescent', isthing: 1, color: [160, 60, 230], supercategory: 'shape' },
  { id: 8, name: 'capsule', isthing: 1, color: [255, 80, 180], supercategory: 'shape' },
  { id: 9, name: 'sky', isthing: 0, color: [225, 170, 255], supercategory: 'texture' },
  { id: 10, name: 'grass', isthing: 0, color: [255, 235, 120], supercategory: 'texture' },
  { id: 11, name: 'brick', isthing: 0, color: [120, 215, 255], supercategory: 'texture' },
  { id: 12, name: 'water', isthing: 0, color: [255, 170, 110], supercategory: 'texture' },
];
