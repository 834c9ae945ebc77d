/**
 * Backbones of the systems, alone.
 *
 * @packageDocumentation
 */

export { type Backbone, type BackboneConfig, buildBackbone } from './backbones/backbone.ts';
export { detectron2ResNetKeys, originalSwinKeys, torchvisionResNetKeys } from './backbones/key-maps.ts';
export {
  BACKBONES,
  type BackboneName,
  type BackboneOptions,
  createBackbone,
  type PretrainedBackbone,
} from './backbones/pretrained-backbone.ts';
export { PVT_V2_B0, PVT_V2_B2, PVT_V2_B5, PvtV2, type PvtV2Config } from './backbones/pvt-v2.ts';
export { RESNET18, RESNET34, RESNET50, RESNET101, RESNET101C, ResNet, type ResNetConfig } from './backbones/resnet.ts';
export { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY, Swin, type SwinConfig } from './backbones/swin.ts';
