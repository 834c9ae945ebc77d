export { deformableSampling, deformableSamplingGradient } from './deformable';
export { clamp, maximum, minimum } from './extremes';
export { gelu, geluGradient } from './gelu';
export { maxPool, maxPoolGradient, resizeGradient, unfold } from './image';
export { reluGradient, sumRows, swapBlocks, transpose } from './layout';
export { groupNorm, groupNormGradient, layerNorm, layerNormGradient } from './norm';
export {
  winogradFilter, winogradFilterGradient, winogradInput, winogradOutput, winogradUpstream,
} from './winograd';
