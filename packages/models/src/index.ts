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
// From image to segments
export type { Task } from './inference/task.ts';
export { buildModel, type SegmentationModel } from './loading/build-model.ts';
// Loading
export { categoriesFromLabels } from './loading/categories.ts';
export { convertWeights, type KeyStyle } from './loading/convert-weights.ts';
export {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from './loading/data-set-categories.ts';
export { type HuggingFacePreprocessor, readPreprocessing } from './loading/hugging-face-preprocessing.ts';
export { type LoadedModel, loadModel } from './loading/load-model.ts';
export type { Inference, ModelConfig, ModelDescription, OwnConfig } from './loading/model-description.ts';
export { type ModelFolder, type ModelLocation, openLocation } from './loading/model-folder.ts';
export {
  isLeftOut,
  isRecomputed,
  isUnused,
  type KeyNaming,
  keyNamings,
  originalKeys,
} from './loading/original-keys.ts';
export { PRESETS, type PresetName } from './loading/presets.ts';
export { readDescription } from './loading/read-description.ts';
export { openWeights, type WeightOptions } from './loading/read-weights.ts';
// Mask2Former
export type { Mask2FormerConfig } from './mask2former/config.ts';
export { type HuggingFaceMask2Former, readMask2FormerConfig } from './mask2former/hugging-face.ts';
export { MASK2FORMER_ORIGINAL_KEYS } from './mask2former/key-map.ts';
export { Mask2Former } from './mask2former/mask2former.ts';
export { MASK2FORMER_PRESETS } from './mask2former/presets.ts';
// MaskFormer
export type { MaskFormerConfig } from './maskformer/config.ts';
export { type HuggingFaceMaskFormer, readMaskFormerConfig } from './maskformer/hugging-face.ts';
export { MASKFORMER_ORIGINAL_KEYS } from './maskformer/key-map.ts';
export { MaskFormer } from './maskformer/maskformer.ts';
export { MASKFORMER_PRESETS } from './maskformer/presets.ts';
// Panoptic SegFormer
export type { PanopticSegFormerConfig } from './panoptic-segformer/config.ts';
export { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from './panoptic-segformer/key-map.ts';
export { mergeCandidates } from './panoptic-segformer/merge-candidates.ts';
export {
  PanopticSegFormer,
  type PanopticSegFormerOptions,
  type PanopticSegFormerPrediction,
} from './panoptic-segformer/panoptic-segformer.ts';
export { PANOPTIC_SEGFORMER_PRESETS } from './panoptic-segformer/presets.ts';
export { type TopDetections, topDetections } from './panoptic-segformer/top-detections.ts';
export {
  ORIGINAL_PREPROCESSING,
  type Preprocessing,
  preprocess,
  type ResizeRule,
} from './preprocess.ts';
export { type SegmentBatchOptions, Segmenter, type SegmentOptions } from './segmenter.ts';
export type { SoloConfig } from './solo/config.ts';
export { type AnySoloHead, createSoloHead } from './solo/create-solo-head.ts';
export { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from './solo/key-map.ts';
export { SOLO_PRESETS } from './solo/presets.ts';
export { Solo } from './solo/solo.ts';
export { soloOutput } from './solo/solo-output.ts';

// MaX-DeepLab; what its blocks are made of comes along

export { AxialAttention2d, DualPathTransformer } from '@seg/attention';
export type { MaxDeepLabConfig, MaxEncoderConfig } from './max-deeplab/config.ts';
export { MAX_DEEPLAB_ORIGINAL_KEYS } from './max-deeplab/key-map.ts';
export { MaxDeepLab, type MaxDeepLabPrediction } from './max-deeplab/max-deeplab.ts';
export { MAX_DEEPLAB_PRESETS } from './max-deeplab/presets.ts';
export { ResidualBlock, type ResidualBlockConfig } from './max-deeplab/residual-block.ts';
export { ResizedFuse } from './max-deeplab/resized-fuse.ts';
