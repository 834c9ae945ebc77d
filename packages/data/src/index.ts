/**
 * Data sets, generated scenes and augmentation for segmentation.
 *
 * @packageDocumentation
 */

// Augmentation
export { type AugmentContext, type AugmentStep, augmentSample } from './augment/augment-sample.ts';
export { augmentations } from './augment/augmentations.ts';
export { jitterColor } from './augment/color-jitter.ts';
export { type CopyPasteOptions, copyPaste } from './augment/copy-paste.ts';
export { cropRandomly, cropSample, type RandomCropOptions } from './augment/crop.ts';
export { flipHorizontally, flipVertically } from './augment/flip.ts';
export { type MosaicOptions, mosaic } from './augment/mosaic.ts';
export { resizeSample, resizeShortestEdge, type ShortestEdgeOptions } from './augment/resize.ts';
export { jitterScale, type ScaleJitterOptions } from './augment/scale-jitter.ts';
export { turnSample } from './augment/turn.ts';
// Batches
export { type BatchTensorOptions, batchTensors, type TensorBatch } from './batches/batch-tensors.ts';
export { type Batch, type BatchOptions, batches, mixSeeds } from './batches/batches.ts';
export { maskTargets } from './batches/mask-targets.ts';
export { toTargets } from './batches/to-targets.ts';
// Data sets
export { type CacheOptions, cachedDataset } from './data-sets/cached-dataset.ts';
export { fromCocoCategories, toCocoCategories } from './data-sets/coco-categories.ts';
export type {
  CocoImageFile,
  CocoPanopticAnnotation,
  CocoPanopticCategory,
  CocoPanopticJson,
  CocoSegment,
} from './data-sets/coco-panoptic-json.ts';
export { type DataFault, type DataFaultKind, type FaultSink, refuseErrors } from './data-sets/data-fault.ts';
export { asMaskDataset, toMaskSample, toPanopticSample } from './data-sets/mask-conversions.ts';
export type { DatasetTask, MaskDataset, MaskSample, MaskSegment } from './data-sets/mask-sample.ts';
export { isInOrder, matchCategories, moveSegments, withCategories } from './data-sets/match-categories.ts';
export type { PanopticDataset, PanopticSample } from './data-sets/panoptic-sample.ts';
export { parseCocoPanoptic } from './data-sets/parse-coco-panoptic.ts';
export type { SampleSource } from './data-sets/sample-source.ts';
export { SceneDataset, type SceneDatasetOptions } from './data-sets/scene-dataset.ts';
// Annotations of other tools
export type { CategoryList } from './formats/category-list.ts';
export { CITYSCAPES_CATEGORIES } from './formats/cityscapes-categories.ts';
export {
  type CocoInstance,
  type CocoInstanceImage,
  type CocoInstances,
  drawInstances,
  parseCocoInstances,
} from './formats/coco-instances.ts';
export { type CvatFile, type CvatImage, type CvatShape, parseCvat } from './formats/cvat.ts';
export { type LabelMeFile, type LabelMeObject, parseLabelMe } from './formats/labelme.ts';
export { parseYoloConfig, type YoloConfig } from './formats/yolo-config.ts';
export { parseYoloLabels } from './formats/yolo-labels.ts';
// Masks
export {
  type BoxMask,
  boxMaskOf,
  boxMaskOfRle,
  maskArea,
  maskBox,
  type PixelBox,
  paintMask,
  resizeBoxMask,
} from './masks/box-mask.ts';
export { MaskRoom } from './masks/mask-room.ts';
// Generated scenes
export { SCENE_CATEGORIES } from './scenes/categories.ts';
export { generateScene, type Scene, type SceneOptions, type SceneSegment } from './scenes/generate-scene.ts';
export { generateMovingScene, type MovingSceneOptions } from './scenes/moving-scene.ts';
export { SCENE_SPLITS, type SceneSplit, type SeedRange, sceneSeed } from './scenes/splits.ts';
// Pictures and counts of data sets
export { contactSheet, type SheetPicture } from './sheets/contact-sheet.ts';
export { drawSample } from './sheets/draw-sample.ts';
export { type SplitUnit, splitEvenly } from './splits/split-evenly.ts';
export { drawStatistics } from './statistics/draw-statistics.ts';
export {
  type ClassStatistics,
  type DatasetStatistics,
  type MeasuredImage,
  measureDataset,
  POSITION_CELLS,
  type Spread,
} from './statistics/measure-dataset.ts';
