/**
 * Attention of every kind used by mask-classification segmentation.
 *
 * @packageDocumentation
 */

export {};
