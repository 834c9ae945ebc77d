/**
 * The seg command: predict, train, evaluate, verify, convert.
 *
 * @packageDocumentation
 */

export { type PredictOptions, type PredictSurroundings, predictCommand } from './commands/predict.ts';
export { main } from './main.ts';
