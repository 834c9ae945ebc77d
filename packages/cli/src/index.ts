/**
 * The seg command: predict, evaluate, verify, convert.
 *
 * @packageDocumentation
 */

export { type PredictIo, type PredictOptions, predictCommand } from './commands/predict.ts';
export { main } from './main.ts';
