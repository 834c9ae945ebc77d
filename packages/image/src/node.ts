/**
 * Image files on disk, for Node.
 *
 * @packageDocumentation
 */

export { readBytes, readImage } from './files/read-image.ts';
export { frameFolder, naturalOrder } from './frames/frame-folder.ts';
