/**
 * COCO instances alone, without tfjs: for a page that reads annotations and computes elsewhere.
 *
 * @packageDocumentation
 */
export { type DataFault, type DataFaultKind, type FaultSink, refuseErrors } from './data-sets/data-fault.ts';
export {
  type CocoInstance,
  type CocoInstanceImage,
  type CocoInstances,
  drawInstances,
  parseCocoInstances,
} from './formats/coco-instances.ts';
