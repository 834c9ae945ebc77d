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
