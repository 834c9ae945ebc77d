/**
 * Backbones and assembled segmentation models with published presets.
 *
 * @packageDocumentation
 */

// SOLO; what its users need of the heads comes along
export {
  axisProbabilities,
  cellMaskLogits,
  cellMaskProbabilities,
  type LevelOfImage,
  type SoloPrediction,
} from '@seg/heads';
// Backbones
export { type Backbone, type BackboneConfig, createBackbone } from './backbones/backbone.ts';
export type { HuggingFaceBackbone } from './backbones/hugging-face.ts';
export { detectron2ResNetKeys, originalSwinKeys, torchvisionResNetKeys } from './backbones/key-maps.ts';
export { PVT_V2_B0, PVT_V2_B2, PVT_V2_B5, PvtV2, type PvtV2Config } from './backbones/pvt-v2.ts';
export { RESNET18, RESNET34, RESNET50, RESNET101, RESNET101C, ResNet, type ResNetConfig } from './backbones/resnet.ts';
export { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY, Swin, type SwinConfig } from './backbones/swin.ts';
// Loading
export { type Category, categoriesFromLabels } from './description/categories.ts';
export {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from './description/data-set-categories.ts';
export { type HuggingFacePreprocessor, readPreprocessing } from './description/hugging-face-preprocessing.ts';
export type { Inference, ModelConfig, ModelDescription, OwnConfig } from './description/model-description.ts';
export { readDescription } from './description/read-description.ts';
export { type ModelFolder, type ModelLocation, openLocation } from './folder/model-folder.ts';
// From image to segments
export type { Task } from './inference/task.ts';
export { type LoadedModel, loadModel } from './load-model.ts';
export {
  ORIGINAL_PREPROCESSING,
  type Preprocessing,
  preprocess,
  type ResizeRule,
} from './preprocess.ts';
export { type SegmentBatchOptions, Segmenter, type SegmentOptions } from './segmenter.ts';
export { buildModel, type SegmentationModel } from './systems/build-model.ts';
// Mask2Former
export type { Mask2FormerConfig } from './systems/mask2former/config.ts';
export { type HuggingFaceMask2Former, readMask2FormerConfig } from './systems/mask2former/hugging-face.ts';
export { MASK2FORMER_ORIGINAL_KEYS } from './systems/mask2former/key-map.ts';
export { Mask2Former } from './systems/mask2former/mask2former.ts';
export { MASK2FORMER_PRESETS } from './systems/mask2former/presets.ts';
// MaskFormer
export type { MaskFormerConfig } from './systems/maskformer/config.ts';
export { type HuggingFaceMaskFormer, readMaskFormerConfig } from './systems/maskformer/hugging-face.ts';
export { MASKFORMER_ORIGINAL_KEYS } from './systems/maskformer/key-map.ts';
export { MaskFormer } from './systems/maskformer/maskformer.ts';
export { MASKFORMER_PRESETS } from './systems/maskformer/presets.ts';
// Panoptic SegFormer
export type { PanopticSegFormerConfig } from './systems/panoptic-segformer/config.ts';
export { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from './systems/panoptic-segformer/key-map.ts';
export { mergeCandidates } from './systems/panoptic-segformer/merge-candidates.ts';
export {
  PanopticSegFormer,
  type PanopticSegFormerOptions,
  type PanopticSegFormerPrediction,
} from './systems/panoptic-segformer/panoptic-segformer.ts';
export { PANOPTIC_SEGFORMER_PRESETS } from './systems/panoptic-segformer/presets.ts';
export { type TopDetections, topDetections } from './systems/panoptic-segformer/top-detections.ts';
export { PRESETS, type PresetName } from './systems/presets.ts';
export type { SoloConfig } from './systems/solo/config.ts';
export { type AnySoloHead, createSoloHead } from './systems/solo/create-solo-head.ts';
export { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from './systems/solo/key-map.ts';
export { SOLO_PRESETS } from './systems/solo/presets.ts';
export { Solo } from './systems/solo/solo.ts';
export { soloOutput } from './systems/solo/solo-output.ts';
export { convertWeights, type KeyStyle } from './weights/convert-weights.ts';
export {
  isLeftOut,
  isRecomputed,
  isUnused,
  type KeyNaming,
  keyNamings,
  originalKeys,
} from './weights/key-namings.ts';
export { openWeights, type WeightOptions } from './weights/open-weights.ts';

// MaX-DeepLab; what its blocks are made of comes along

export { AxialAttention2d, DualPathTransformer } from '@seg/attention';
export type { MaxDeepLabConfig, MaxEncoderConfig } from './systems/max-deeplab/config.ts';
export { MAX_DEEPLAB_ORIGINAL_KEYS } from './systems/max-deeplab/key-map.ts';
export { MaxDeepLab, type MaxDeepLabPrediction } from './systems/max-deeplab/max-deeplab.ts';
export { MAX_DEEPLAB_PRESETS } from './systems/max-deeplab/presets.ts';
export { ResidualBlock, type ResidualBlockConfig } from './systems/max-deeplab/residual-block.ts';
export { ResizedFuse } from './systems/max-deeplab/resized-fuse.ts';
