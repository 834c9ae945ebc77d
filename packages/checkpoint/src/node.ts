/**
 * Files of Node, written whole or not at all.
 *
 * @packageDocumentation
 */

export { removeParts, systemReason, writeFileAtomic } from './files/write-file-atomic.ts';
