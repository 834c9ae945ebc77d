/**
 * The seg command: predict, evaluate, verify, convert.
 *
 * @packageDocumentation
 */

export { type PredictOptions, type PredictSurroundings, predictCommand } from './commands/predict.ts';
export { main } from './main.ts';
