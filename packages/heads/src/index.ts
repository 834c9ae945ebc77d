/**
 * Pixel decoders, query decoders and prediction heads of mask-classification models.
 *
 * @packageDocumentation
 */

// Panoptic SegFormer
export { ChannelMapper, type ChannelMapperConfig } from './panoptic-segformer/channel-mapper.ts';
export type { DeformableLayerConfig, EncodedLevels } from './panoptic-segformer/deformable-encoder.ts';
export type { BatchPadding } from './panoptic-segformer/level-padding.ts';
export type { LocationPrediction, Locations } from './panoptic-segformer/location-decoder.ts';
export { MaskDecoder, type MaskDecoderConfig, type MaskDecoderState } from './panoptic-segformer/mask-decoder.ts';
export {
  type MaskMemory,
  PanopticSegFormerHead,
  type PanopticSegFormerHeadConfig,
  type StuffPrediction,
} from './panoptic-segformer/panoptic-segformer-head.ts';
// Pixel decoders
export {
  DeformablePixelDecoder,
  type DeformablePixelDecoderConfig,
  type PixelFeatures,
  type UnprojectedFeatures,
} from './pixel-decoder/deformable-pixel-decoder.ts';
export { FeaturePyramid, type FeaturePyramidConfig } from './pixel-decoder/fpn.ts';
export {
  MaskFormerPixelDecoder,
  type MaskFormerPixelDecoderConfig,
  type MaskFormerPixels,
} from './pixel-decoder/mask-former-pixel-decoder.ts';
// Prediction
export { maskLogits } from './prediction/mask-logits.ts';
// Query decoders
export { DetrDecoder, type DetrDecoderConfig } from './query-decoder/detr-decoder.ts';
export { MaskedDecoder, type MaskedDecoderConfig } from './query-decoder/masked-decoder.ts';
export {
  type MaskedDecoderInputs,
  MaskedDecoderLayer,
  type MaskedDecoderLayerConfig,
} from './query-decoder/masked-decoder-layer.ts';
// SOLO
export { axisProbabilities, cellMaskLogits, cellMaskProbabilities } from './solo/cell-masks.ts';
export { DecoupledSoloHead, type DecoupledSoloHeadConfig } from './solo/decoupled-solo-head.ts';
export { SoloHead } from './solo/solo-head.ts';
export type { LevelOfImage, SoloHeadConfig, SoloMasks, SoloPrediction } from './solo/solo-prediction.ts';
export { SoloV2Head, type SoloV2HeadConfig } from './solo/solov2-head.ts';

// MaX-DeepLab

export {
  MaxDeepLabHead,
  type MaxDeepLabHeadConfig,
  type MaxDeepLabHeadInputs,
  type MaxDeepLabMasks,
} from './max-deeplab/max-deeplab-head.ts';
export { SemanticDecoder, type SemanticDecoderConfig } from './max-deeplab/semantic-decoder.ts';
export { SemanticHead } from './max-deeplab/semantic-head.ts';
