/**
 * The parts of `@seg/data` that touch files, for Node.
 *
 * @packageDocumentation
 */

export { CocoPanopticDataset, type CocoPanopticFiles, readPanopticIds } from './files/coco-panoptic-dataset.ts';
export {
  type AnnotatedMasks,
  type DatasetFormat,
  type DatasetItem,
  FileDataset,
  type FileDatasetParts,
  type ImageInfo,
} from './files/file-dataset.ts';
export type { DatasetOptions } from './files/found-dataset.ts';
export { LabelMapDataset, type LabelMapOptions } from './files/label-map-dataset.ts';
export { openDataset } from './files/open-dataset.ts';
export { type SceneSetOptions, writeSceneSet } from './files/write-scene-set.ts';
