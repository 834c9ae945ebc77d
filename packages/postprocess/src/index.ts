/**
 * From mask predictions to semantic, instance and panoptic maps.
 *
 * @packageDocumentation
 */

export {};
