/**
 * Pixel decoders, query decoders and prediction heads of mask-classification models.
 *
 * @packageDocumentation
 */

// Pixel decoders
export {
  DeformablePixelDecoder,
  type DeformablePixelDecoderConfig,
  type PixelFeatures,
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
