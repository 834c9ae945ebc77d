/**
 * Published models: what their authors say of them and where their weights are.
 *
 * @packageDocumentation
 */

export { ZOO } from './zoo/zoo.ts';
export type { Metric, ZooEntry } from './zoo/zoo-entry.ts';
export { parametersOf, zooPage } from './zoo/zoo-page.ts';
