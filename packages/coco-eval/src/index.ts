/**
 * COCO masks, average precision, panoptic quality and mean IoU without dependencies.
 *
 * @packageDocumentation
 */

export {};
