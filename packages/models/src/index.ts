/**
 * Backbones and assembled segmentation models with published presets.
 *
 * @packageDocumentation
 */

// Backbones
export { type Backbone, type BackboneConfig, createBackbone } from './backbones/backbone.ts';
export { detectron2ResNetKeys, originalSwinKeys, torchvisionResNetKeys } from './backbones/key-maps.ts';
export { RESNET50, RESNET101, RESNET101C, ResNet, type ResNetConfig } from './backbones/resnet.ts';
export { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY, Swin, type SwinConfig } from './backbones/swin.ts';

// Mask2Former
export type { Mask2FormerConfig } from './mask2former/config.ts';
export { MASK2FORMER_ORIGINAL_KEYS } from './mask2former/key-map.ts';
export { Mask2Former } from './mask2former/mask2former.ts';
export { MASK2FORMER_PRESETS } from './mask2former/presets.ts';
export { type HuggingFaceMask2Former, readMask2FormerConfig } from './mask2former/hugging-face.ts';
