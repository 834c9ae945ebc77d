import { adamStepWebgpu } from '../adam-step/webgpu.ts';
import { asStoredWebgpu } from '../as-stored/webgpu.ts';
import { attentionOfPartsWebgpu, attentionWebgpu } from '../attention/webgpu.ts';
import { attentionGradientWebgpu } from '../attention/webgpu-gradient.ts';
import { axialAttentionWebgpu } from '../axial-attention/webgpu.ts';
import {
  columnMomentsWebgpu,
  normalizeGradientWebgpu,
  normalizeSumsWebgpu,
  normalizeWebgpu,
} from '../batch-norm/webgpu.ts';
import { classCrossEntropyGradientWebgpu, classCrossEntropyWebgpu } from '../class-cross-entropy/webgpu.ts';
import { conv2dWebgpu, filterGradientWebgpu, inputGradientWebgpu } from '../conv2d/webgpu.ts';
import type { KernelBody } from '../define-kernel.ts';
import { offsetSamplingOfPartsWebgpu, offsetSamplingWebgpu } from '../deformable-sampling/offset-sampling-webgpu.ts';
import { deformableSamplingGradientWebgpu, deformableSamplingWebgpu } from '../deformable-sampling/webgpu.ts';
import { fusedLinearWebgpu } from '../fused-linear/webgpu.ts';
import { geluGradientWebgpu, geluWebgpu } from '../gelu/webgpu.ts';
import { globalNormWebgpu } from '../global-norm/webgpu.ts';
import { fusedGroupNormWebgpu, groupNormGradientWebgpu, groupNormWebgpu } from '../group-norm/webgpu.ts';
import { layerNormGradientWebgpu, layerNormWebgpu } from '../layer-norm/webgpu.ts';
import { linearWebgpu } from '../linear/webgpu.ts';
import { linearNormWebgpu } from '../linear-norm/webgpu.ts';
import { maskBiasWebgpu } from '../mask-bias/webgpu.ts';
import { crossEntropyWebgpu, diceWebgpu, gradientWebgpu } from '../mask-terms/webgpu.ts';
import { maxPoolGradientWebgpu, maxPoolWebgpu } from '../max-pool/webgpu.ts';
import { mixWebgpu } from '../mix/webgpu.ts';
import { momentumStepWebgpu } from '../momentum-step/webgpu.ts';
import { movedBoxesWebgpu } from '../moved-boxes/webgpu.ts';
import { pairCostsWebgpu } from '../pair-costs/webgpu.ts';
import { positionedLinearWebgpu } from '../positioned-linear/webgpu.ts';
import { reluGradientWebgpu } from '../relu-gradient/webgpu.ts';
import { sinePositionsWebgpu } from '../sine-positions/webgpu.ts';
import { sumNormWebgpu } from '../sum-norm/webgpu.ts';
import { sumRowsWebgpu } from '../sum-rows/webgpu.ts';
import { summedConvWebgpu } from '../summed-conv/webgpu.ts';
import { topKWebgpu } from '../top-k/webgpu.ts';
import { fromWindowsWebgpu, intoWindowsWebgpu } from '../windows/webgpu.ts';

// biome-ignore lint/suspicious/noExplicitAny: each is typed where it is written, by its own kernel's inputs
type AnyBody = KernelBody<any, any>;

/** Bodies of kernels on WebGPU, by kernel. They come with the backend: a page that computes elsewhere fetches none of them. */
export const WEBGPU_BODIES: Readonly<Record<string, AnyBody>> = {
  SegAdamStep: adamStepWebgpu,
  SegAsStored: asStoredWebgpu,
  SegAttention: attentionWebgpu,
  SegAttentionGradient: attentionGradientWebgpu,
  SegAttentionOfParts: attentionOfPartsWebgpu,
  SegAxialAttention: axialAttentionWebgpu,
  SegConv2D: conv2dWebgpu,
  SegClassCrossEntropy: classCrossEntropyWebgpu,
  SegClassCrossEntropyGradient: classCrossEntropyGradientWebgpu,
  SegColumnMoments: columnMomentsWebgpu,
  SegConv2DFilterGradient: filterGradientWebgpu,
  SegConv2DInputGradient: inputGradientWebgpu,
  SegDeformableSampling: deformableSamplingWebgpu,
  SegDeformableSamplingGradient: deformableSamplingGradientWebgpu,
  SegDiceDistance: diceWebgpu,
  SegDiceGradient: (inputs, _, backend) => gradientWebgpu('dice', inputs, backend),
  SegFusedGroupNorm: fusedGroupNormWebgpu,
  SegFusedLinear: fusedLinearWebgpu,
  SegFromWindows: fromWindowsWebgpu,
  SegGelu: geluWebgpu,
  SegGeluGradient: geluGradientWebgpu,
  SegGlobalNorm: globalNormWebgpu,
  SegGroupNorm: groupNormWebgpu,
  SegGroupNormGradient: groupNormGradientWebgpu,
  SegIntoWindows: intoWindowsWebgpu,
  SegLayerNorm: layerNormWebgpu,
  SegLayerNormGradient: layerNormGradientWebgpu,
  SegLinear: linearWebgpu,
  SegLinearNorm: linearNormWebgpu,
  SegMaskBias: maskBiasWebgpu,
  SegMaskCrossEntropy: crossEntropyWebgpu,
  SegMaskCrossEntropyGradient: (inputs, _, backend) => gradientWebgpu('cross-entropy', inputs, backend),
  SegMaxPool: maxPoolWebgpu,
  SegMaxPoolGradient: maxPoolGradientWebgpu,
  SegMix: mixWebgpu,
  SegMomentumStep: momentumStepWebgpu,
  SegMovedBoxes: movedBoxesWebgpu,
  SegNormalize: normalizeWebgpu,
  SegNormalizeGradient: normalizeGradientWebgpu,
  SegNormalizeSums: normalizeSumsWebgpu,
  SegOffsetSampling: offsetSamplingWebgpu,
  SegOffsetSamplingOfParts: offsetSamplingOfPartsWebgpu,
  SegPairCosts: pairCostsWebgpu,
  SegPositionedLinear: positionedLinearWebgpu,
  SegReluGradient: reluGradientWebgpu,
  SegSinePositions: sinePositionsWebgpu,
  SegSummedConv: summedConvWebgpu,
  SegSumNorm: sumNormWebgpu,
  SegSumRows: sumRowsWebgpu,
  SegTopK: topKWebgpu,
};
