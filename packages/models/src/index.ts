/**
 * Backbones and assembled segmentation models with published presets.
 *
 * @packageDocumentation
 */

export {};
