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
export { paddedSinePosition, type SinePositionConfig, sinePosition, sinePositions } from './position/sine-position.ts';
export { ReducedAttention, type ReducedAttentionConfig } from './reduced-attention.ts';
export { WindowAttention, type WindowAttentionConfig } from './window-attention.ts';

// MaX-DeepLab

export { AxialAttention, type AxialAttentionConfig } from './axial-attention.ts';
export { AxialAttention2d } from './axial-attention-2d.ts';
export {
  DualPathAttention,
  type DualPathAttentionConfig,
  type DualPathAttentionInputs,
} from './dual-path-attention.ts';
export { type DualPath, DualPathTransformer, type DualPathTransformerConfig } from './dual-path-transformer.ts';
export { KerasBatchNorm, type KerasBatchNormConfig } from './keras-batch-norm.ts';
export { heNormal, KerasConvNorm, type KerasConvNormConfig } from './keras-conv-norm.ts';
