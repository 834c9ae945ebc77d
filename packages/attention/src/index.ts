/**
 * Attention for segmentation: where queries look at pixels, and pixels at each other.
 *
 * @packageDocumentation
 */

// Positions
export { type SinePositionConfig, sinePosition } from './position/sine-position.ts';

// Attention
export {
  cellCenters,
  DeformableAttention,
  type DeformableAttentionConfig,
  type DeformableAttentionInputs,
} from './deformable-attention.ts';
export { type AttentionInputs, MultiHeadAttention, type MultiHeadAttentionConfig } from './multi-head-attention.ts';
export { WindowAttention, type WindowAttentionConfig } from './window-attention.ts';

// Transformer layers
export { FeedForward, type FeedForwardConfig } from './feed-forward.ts';
export { DecoderLayer, type DecoderLayerInputs } from './decoder-layer.ts';
export { EncoderLayer, type TransformerLayerConfig } from './encoder-layer.ts';
