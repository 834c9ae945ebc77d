/**
 * The seg command: predict, evaluate, verify, convert.
 *
 * @packageDocumentation
 */

export { predictCommand } from './commands/predict.ts';
export { main } from './main.ts';
export type { PredictIo, PredictOptions } from './predict/predict-options.ts';
