/**
 * Attention for segmentation: where queries look at pixels, and pixels at each other.
 *
 * @packageDocumentation
 */

export { DecoderLayer, type DecoderLayerInputs } from './decoder-layer.ts';

// Attention
export {
  cellCenters,
  DeformableAttention,
  type DeformableAttentionConfig,
  type DeformableAttentionInputs,
} from './deformable-attention.ts';
export { EncoderLayer, type TransformerLayerConfig } from './encoder-layer.ts';
// Transformer layers
export { FeedForward, type FeedForwardConfig } from './feed-forward.ts';
export { type AttentionInputs, MultiHeadAttention, type MultiHeadAttentionConfig } from './multi-head-attention.ts';
// Positions
export { type SinePositionConfig, sinePosition } from './position/sine-position.ts';
export { ReducedAttention, type ReducedAttentionConfig } from './reduced-attention.ts';
export { WindowAttention, type WindowAttentionConfig } from './window-attention.ts';
