/**
 * Losses of mask-classification segmentation: single terms for any project, and the criteria of whole models.
 *
 * @packageDocumentation
 */

// Terms
export { classCrossEntropy, maskCrossEntropy } from '@seg/core';
// Criteria of whole models
export {
  MASK2FORMER_LOSS,
  type Mask2FormerLossConfig,
  type Mask2FormerMatching,
  mask2FormerTerms,
  maskClassificationLoss,
  matchMask2Former,
} from './criteria/mask2former.ts';
export {
  MASKFORMER_LOSS,
  type MaskFormerLossConfig,
  maskFormerTerms,
  matchMaskFormer,
} from './criteria/maskformer.ts';
export {
  PANOPTIC_SEGFORMER_LOSS,
  type PanopticSegFormerLossConfig,
  type PanopticSegFormerMatching,
  type PanopticSegFormerOutputs,
  type PanopticSegFormerTerms,
  panopticSegFormerLoss,
  panopticSegFormerTerms,
} from './criteria/panoptic-segformer.ts';
export {
  type BoxPrediction,
  type DetectionWeights,
  matchLocations,
  matchThingMasks,
  type PanopticTargets,
} from './criteria/panoptic-segformer-matching.ts';
export {
  assignedMasks,
  SOLO_LOSS,
  SOLO_MASK_TERMS,
  SOLOV2_LOSS,
  type SoloLossConfig,
  type SoloLossInputs,
  type SoloMaskTerm,
  type SoloTerms,
  soloLoss,
  soloTerms,
} from './criteria/solo.ts';
export {
  assignCells,
  type LevelAssignment,
  type SoloAssignment,
  type SoloAssignmentConfig,
} from './criteria/solo-assignment.ts';
export type { MaskLossTerms } from './supervised-outputs.ts';
export { balancedCrossEntropy } from './terms/balanced-cross-entropy.ts';
export { boundaryLoss, signedDistances } from './terms/boundary-loss.ts';
export { diceDistance, diceLoss } from './terms/dice-loss.ts';
export {
  lovaszHinge,
  lovaszHingeSlopes,
  lovaszSlopes,
  lovaszSoftmax,
  lovaszSoftmaxSlopes,
} from './terms/lovasz-loss.ts';
export { maskCrossEntropyLoss } from './terms/mask-cross-entropy.ts';
export { maskDiceDistance } from './terms/mask-dice-distance.ts';
export { type FocalOptions, sigmoidFocal, sigmoidFocalLoss } from './terms/sigmoid-focal-loss.ts';
export { squaredDiceDistance } from './terms/squared-dice-distance.ts';
export { type PointSource, randomPoints, sampleMasks, uncertainPoints } from './uncertain-points.ts';

// MaX-DeepLab

export {
  MAX_DEEPLAB_LOSS,
  type MaxDeepLabLossConfig,
  type MaxDeepLabLossInputs,
  type MaxDeepLabTerms,
  matchMaxDeepLab,
  maxDeepLabLoss,
  maxDeepLabTerms,
} from './criteria/max-deeplab.ts';
export { type PanopticGrid, type PanopticGridOptions, panopticGrid } from './panoptic-grid.ts';
export { instanceDiscrimination } from './terms/instance-discrimination.ts';
export { maskIdCrossEntropy } from './terms/mask-id-cross-entropy.ts';
export { type PqLossOptions, pqClassLoss, pqMaskLoss, type SlotLogits } from './terms/pq-loss.ts';
export { semanticCrossEntropy } from './terms/semantic-cross-entropy.ts';
export type { SlotMatching } from './terms/slot-competition.ts';
