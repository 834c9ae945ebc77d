/**
 * Data sets, generated scenes, image files and augmentation for segmentation.
 *
 * @packageDocumentation
 */

// COCO's panoptic files
export type {
  CocoImage,
  CocoPanopticAnnotation,
  CocoPanopticJson,
  CocoSegment,
} from './data-sets/coco-panoptic-json.ts';
// Image files
export { decodeImage } from './images/decode-image.ts';
export { type PngSamples, readPngSamples } from './images/decode-png.ts';
export { encodePng } from './images/encode-png.ts';
export { IMAGE_LIMITS, type ImageLimits } from './images/image-limits.ts';
export { decodePanopticPng, encodePanopticPng, type IdMap } from './images/panoptic-png.ts';
// Generated scenes
export { type PanopticCategory, SCENE_CATEGORIES } from './scenes/categories.ts';
export { generateScene, type Scene, type SceneOptions, type SceneSegment } from './scenes/generate-scene.ts';
export { SCENE_SPLITS, type SceneSplit, type SeedRange, sceneSeed } from './scenes/splits.ts';
