/**
 * The parts of `@seg/data` that touch files, for Node.
 *
 * @packageDocumentation
 */

export { readBytes, readImage } from './files/read-image.ts';
export { writeFileAtomic } from './files/write-file-atomic.ts';
export { type SceneSetOptions, writeSceneSet } from './files/write-scene-set.ts';
