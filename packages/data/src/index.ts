/**
 * Data sets, generated scenes and augmentation for segmentation.
 *
 * @packageDocumentation
 */

// Augmentation
export { type AugmentOptions, augment } from './augment/augment.ts';
export { jitterColor } from './augment/color-jitter.ts';
export { flipHorizontally } from './augment/flip.ts';
export { jitterScale, type ScaleJitterOptions } from './augment/scale-jitter.ts';
// Batches
export { type Batch, type BatchOptions, batches, mixSeeds } from './batches/batches.ts';
export { toTargets } from './batches/to-targets.ts';
// Data sets
export { fromCocoCategories, toCocoCategories } from './data-sets/coco-categories.ts';
export type {
  CocoImageFile,
  CocoPanopticAnnotation,
  CocoPanopticCategory,
  CocoPanopticJson,
  CocoSegment,
} from './data-sets/coco-panoptic-json.ts';
export type { PanopticDataset, PanopticSample } from './data-sets/panoptic-sample.ts';
export { parseCocoPanoptic } from './data-sets/parse-coco-panoptic.ts';
export { SceneDataset, type SceneDatasetOptions } from './data-sets/scene-dataset.ts';
// Generated scenes
export { SCENE_CATEGORIES } from './scenes/categories.ts';
export { generateScene, type Scene, type SceneOptions, type SceneSegment } from './scenes/generate-scene.ts';
export { SCENE_SPLITS, type SceneSplit, type SeedRange, sceneSeed } from './scenes/splits.ts';
