/**
 * Generated scenes alone, without tfjs.
 *
 * @packageDocumentation
 */
export { SCENE_CATEGORIES } from './scenes/categories.ts';
export { generateScene, type Scene, type SceneOptions, type SceneSegment } from './scenes/generate-scene.ts';
export { generateMovingScene, type MovingSceneOptions } from './scenes/moving-scene.ts';
export { SCENE_SPLITS, type SceneSplit, type SeedRange, sceneSeed } from './scenes/splits.ts';
