/**
 * Files of Node, written whole or not at all, and their folders.
 *
 * @packageDocumentation
 */

export { makeFolder } from './files/make-folder.ts';
export {
  dropParts,
  placeParts,
  removeParts,
  systemReason,
  writeFileAtomic,
  writePart,
} from './files/write-file-atomic.ts';
