/**
 * Linear assignment with the indices of scipy, and matching costs of segmentation models.
 *
 * @packageDocumentation
 */

// Costs on tensors
export { boxDistanceCost, boxOverlapCost, generalizedIou } from './costs/box-costs.ts';
export { classCost } from './costs/class-cost.ts';
export { focalClassCost } from './costs/focal-class-cost.ts';
export { diceCost, maskCrossEntropyCost, maskFocalCost } from './costs/mask-costs.ts';
export { maskDiceCost } from './costs/mask-dice-cost.ts';
export { pairCosts } from './costs/pair-costs.ts';
export { classFixedAssignment, greedyAssignment } from './greedy-assignment.ts';
export {
  type Assignment,
  type Costs,
  type LinearAssignmentOptions,
  linearAssignment,
  linearAssignmentBatch,
} from './linear-assignment.ts';
export { matchQueries } from './match-queries.ts';

// MaX-DeepLab

export { maskDice, type PqSimilarityInputs, pqSimilarity } from './pq-similarity.ts';
