/**
 * Losses and set criteria of mask-classification segmentation.
 *
 * @packageDocumentation
 */

export {};
