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

// Query decoders
export { MaskedDecoder, type MaskedDecoderConfig } from './query-decoder/masked-decoder.ts';
export { MaskedDecoderLayer, type MaskedDecoderInputs, type MaskedDecoderLayerConfig } from './query-decoder/masked-decoder-layer.ts';

// Prediction
export { maskLogits } from './prediction/mask-logits.ts';
