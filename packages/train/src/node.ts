/**
 * The parts of `@seg/train` that touch files, for Node.
 *
 * @packageDocumentation
 */

export { trainingFolder } from './files/training-folder.ts';
