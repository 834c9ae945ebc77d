/**
 * Backbones and the five systems, one record each; a folder, URL or name in, segments out.
 *
 * @packageDocumentation
 */

// Layers and outputs of the heads that the models' taps and predictions consist of
export { AxialAttention2d, DualPathTransformer } from '@seg/attention';
export { axisProbabilities, cellMaskLogits, cellMaskProbabilities, type SoloPrediction } from '@seg/heads';
// Backbones; all of them are in @seg/models/backbones
export { type Backbone, type BackboneConfig, buildBackbone } from './backbones/backbone.ts';
export { originalSwinKeys } from './backbones/key-maps.ts';
export { createBackbone } from './backbones/pretrained-backbone.ts';
export { RESNET50, RESNET101 } from './backbones/resnet.ts';
export { hasBackbone, type NetworkWithBackbone, withBackbone } from './backbones/with-backbone.ts';
// Descriptions of models
export { categoriesFromLabels } from './description/categories.ts';
export {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from './description/data-set-categories.ts';
export type { ModelConfig, ModelDescription } from './description/model-description.ts';
export { readDescription } from './description/read-description.ts';
export { fetchBounded } from './fetch/fetch-bounded.ts';
export type { DownloadProgress, FetchOptions } from './fetch/fetch-options.ts';
export type { ModelFolder } from './folder/model-folder.ts';
export { openLocation } from './folder/open-location.ts';
export { type Footprint, footprint } from './footprint.ts';
export type { HubOptions } from './hub/hub-options.ts';
export type { HuggingFaceBackbone } from './hugging-face/backbone.ts';
export { readPreprocessing } from './hugging-face/preprocessing.ts';
// From image to segments
export { byImage } from './inference/batch-prediction.ts';
export type { NetworkRuntime } from './inference/network-runtime.ts';
export { withoutEmbeddings } from './inference/query-embeddings.ts';
export type { Task } from './inference/task.ts';
export { type LoadedModel, loadModel } from './load-model.ts';
export { type LoadOptions, type OpenModel, type OpenOptions, openModel } from './open-model.ts';
export { ORIGINAL_PREPROCESSING, type Preprocessing, preprocess, preprocessedSize } from './preprocess.ts';
export type { SegmentBatchOptions, SegmentOptions, StreamOptions } from './segment-options.ts';
export { Segmenter } from './segmenter.ts';
export { checkedSegmenterOptions, type SegmenterOptions } from './segmenter-options.ts';
export type { FrameImage, FrameSource, TimedFrame } from './stream/frame.ts';
export type { StreamedFrame } from './stream/streamed-frame.ts';
// Mask2Former
export type { Mask2FormerConfig } from './systems/mask2former/config.ts';
export { type HuggingFaceMask2Former, readMask2FormerConfig } from './systems/mask2former/hugging-face.ts';
export { MASK2FORMER_ORIGINAL_KEYS } from './systems/mask2former/key-map.ts';
export { Mask2Former } from './systems/mask2former/mask2former.ts';
export { MASK2FORMER_PRESETS } from './systems/mask2former/presets.ts';
export { MASK2FORMER } from './systems/mask2former/system.ts';
// MaskFormer
export type { MaskFormerConfig } from './systems/maskformer/config.ts';
export { type HuggingFaceMaskFormer, readMaskFormerConfig } from './systems/maskformer/hugging-face.ts';
export { MASKFORMER_ORIGINAL_KEYS } from './systems/maskformer/key-map.ts';
export { MaskFormer } from './systems/maskformer/maskformer.ts';
export { MASKFORMER_PRESETS } from './systems/maskformer/presets.ts';
export { MASKFORMER } from './systems/maskformer/system.ts';
// MaX-DeepLab
export type { MaxDeepLabConfig } from './systems/max-deeplab/config.ts';
export { MAX_DEEPLAB_ORIGINAL_KEYS } from './systems/max-deeplab/key-map.ts';
export { MaxDeepLab } from './systems/max-deeplab/max-deeplab.ts';
export { MAX_DEEPLAB_PRESETS } from './systems/max-deeplab/presets.ts';
export { ResidualBlock, type ResidualBlockConfig } from './systems/max-deeplab/residual-block.ts';
export { ResizedFuse } from './systems/max-deeplab/resized-fuse.ts';
export { MAX_DEEPLAB } from './systems/max-deeplab/system.ts';
// Panoptic SegFormer
export type { PanopticSegFormerConfig } from './systems/panoptic-segformer/config.ts';
export { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from './systems/panoptic-segformer/key-map.ts';
export { mergeCandidates } from './systems/panoptic-segformer/merge-candidates.ts';
export {
  PanopticSegFormer,
  type PanopticSegFormerPrediction,
} from './systems/panoptic-segformer/panoptic-segformer.ts';
export { PANOPTIC_SEGFORMER_PRESETS } from './systems/panoptic-segformer/presets.ts';
export { PANOPTIC_SEGFORMER } from './systems/panoptic-segformer/system.ts';
export { topDetections } from './systems/panoptic-segformer/top-detections.ts';
// SOLO
export type { SoloConfig } from './systems/solo/config.ts';
export { createSoloHead } from './systems/solo/create-solo-head.ts';
export { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from './systems/solo/key-map.ts';
export { SOLO_PRESETS } from './systems/solo/presets.ts';
export { Solo } from './systems/solo/solo.ts';
export { soloOutput } from './systems/solo/solo-output.ts';
export { SOLO } from './systems/solo/system.ts';
// The systems' records
export { defineSystem, type Network, type SegmentationModel, type System } from './systems/system.ts';
export { buildModel, PRESETS, type PresetName, SYSTEMS } from './systems/systems.ts';
export { SegmentTracker } from './tracking/segment-tracker.ts';
export type { SegmentTrackerOptions } from './tracking/tracker-options.ts';
// Weights
export { convertWeights, type KeyStyle } from './weights/convert-weights.ts';
export { isLeftOut, isRecomputed, isUnused, keyNamings } from './weights/key-namings.ts';
export { modelFiles } from './weights/model-files.ts';
export { openWeights } from './weights/open-weights.ts';
export { storedParams } from './weights/stored-params.ts';
