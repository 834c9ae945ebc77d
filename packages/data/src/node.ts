/**
 * The parts of `@seg/data` that touch files, for Node.
 *
 * @packageDocumentation
 */

export { CocoPanopticDataset, type CocoPanopticFiles, readPanopticIds } from './files/coco-panoptic-dataset.ts';
export { LabelMapDataset, type LabelMapOptions } from './files/label-map-dataset.ts';
export { type SceneSetOptions, writeSceneSet } from './files/write-scene-set.ts';
