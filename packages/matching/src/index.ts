/**
 * Linear assignment with the indices of scipy, and matching costs of segmentation models.
 *
 * @packageDocumentation
 */

export {};
