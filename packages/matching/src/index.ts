/**
 * Linear assignment with the indices of scipy, and matching costs of segmentation models.
 *
 * @packageDocumentation
 */

// Costs on tensors
export { classCost } from './costs/class-cost.ts';
export { diceCost, maskCrossEntropyCost, maskFocalCost } from './costs/mask-costs.ts';
export { classFixedAssignment, greedyAssignment } from './greedy-assignment.ts';
export {
  type Assignment,
  type Costs,
  type LinearAssignmentOptions,
  linearAssignment,
  linearAssignmentBatch,
} from './linear-assignment.ts';
export { matchQueries } from './match-queries.ts';
