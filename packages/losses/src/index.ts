/**
 * Losses of mask-classification segmentation: single terms for any project, and the criteria of whole models.
 *
 * @packageDocumentation
 */

// Criteria of whole models
export {
  MASK2FORMER_LOSS,
  type Mask2FormerLossConfig,
  type Mask2FormerMatching,
  type MaskLossTerms,
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
// Where masks are compared
export { classLabels, matchedMasks, numMatched, targetMasks } from './matched-pairs.ts';
// Terms
export { balancedCrossEntropy } from './terms/balanced-cross-entropy.ts';
export { classCrossEntropy } from './terms/class-cross-entropy.ts';
export { diceDistance, diceLoss } from './terms/dice-loss.ts';
export { maskCrossEntropy, maskCrossEntropyLoss } from './terms/mask-cross-entropy.ts';
export { type FocalOptions, sigmoidFocal, sigmoidFocalLoss } from './terms/sigmoid-focal-loss.ts';
export { squaredDiceDistance } from './terms/squared-dice-distance.ts';
export { sumOfPixels } from './terms/sum-of-pixels.ts';
export { type PointSource, randomPoints, sampleMasks, uncertainPoints } from './uncertain-points.ts';
