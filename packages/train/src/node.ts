/**
 * The parts of `@seg/train` that touch files, for Node.
 *
 * @packageDocumentation
 */

export { eventFile } from './files/event-file.ts';
export { type RehearseOptions, rehearse, type TrainModelOptions, trainModel } from './files/train-model.ts';
export { trainingFolder } from './files/training-folder.ts';
