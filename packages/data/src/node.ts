/**
 * The parts of `@seg/data` that touch files, for Node.
 *
 * @packageDocumentation
 */

export {
  type CheckedSplit,
  checkDataset,
  type DatasetCheck,
  type DatasetCheckOptions,
} from './checks/check-dataset.ts';
export { CocoPanopticDataset, type CocoPanopticFiles, readPanopticIds } from './files/coco-panoptic-dataset.ts';
export type { DatasetOptions } from './files/dataset-options.ts';
export {
  type AnnotatedMasks,
  type DatasetFormat,
  type DatasetItem,
  FileDataset,
  type FileDatasetParts,
  type ImageInfo,
} from './files/file-dataset.ts';
export { missingFile } from './files/missing-file.ts';
export { openDataset } from './files/open-dataset.ts';
export { openSplits } from './files/open-splits.ts';
export { type SceneSetOptions, writeSceneSet } from './files/write-scene-set.ts';
export { type PrefetchOptions, prefetch } from './prefetch/prefetch.ts';
export { type SplitShares, splitDataset } from './splits/split-dataset.ts';
export { sourceFiles } from './writers/spare-sources.ts';
export { type CocoPart, splitCocoJson } from './writers/split-coco-json.ts';
export { type WriteCocoOptions, writeCoco } from './writers/write-coco.ts';
export { writeCocoPanoptic } from './writers/write-coco-panoptic.ts';
export { writeYolo } from './writers/write-yolo.ts';
export type { WriteOptions, WrittenPart } from './writers/written-dataset.ts';
