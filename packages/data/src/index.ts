/**
 * Data sets, generated scenes, image files and augmentation for segmentation.
 *
 * @packageDocumentation
 */

// Generated scenes
export { type PanopticCategory, SCENE_CATEGORIES } from './scenes/categories.ts';
export { generateScene, type Scene, type SceneOptions, type SceneSegment } from './scenes/generate-scene.ts';
export { SCENE_SPLITS, type SceneSplit, type SeedRange, sceneSeed } from './scenes/splits.ts';
