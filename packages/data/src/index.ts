/**
 * Data sets, generated scenes, image files and augmentation for segmentation.
 *
 * @packageDocumentation
 */

export {};
