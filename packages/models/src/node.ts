/**
 * The parts of `@seg/models` that write files, for Node.
 *
 * @packageDocumentation
 */

export { type SaveModelOptions, saveModel } from './weights/save-model.ts';
