/**
 * Assignment of rows to columns on plain arrays: `@seg/matching/assignment`. Imports nothing outside this package.
 *
 * @packageDocumentation
 */

export { classFixedAssignment, greedyAssignment } from './greedy-assignment.ts';
export {
  type Assignment,
  type Costs,
  type LinearAssignmentOptions,
  linearAssignment,
  linearAssignmentBatch,
} from './linear-assignment.ts';
