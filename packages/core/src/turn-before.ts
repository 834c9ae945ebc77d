import { operationsPerStep } from './rows-per-step.ts';
import type { Steps } from './steps.ts';

/** Operations of short computations since one of them last let the event loop turn. */
let since = 0;

/**
 * Lets the event loop turn where a short computation, with those before it, would be longer than a step; see
 * {@link operationsPerStep}. So a chain of short ones is as many steps as it needs.
 *
 * @param operations Floating point operations of the one that follows
 */
export function* turnBefore(operations: number): Steps<void> {
  if (since > 0 && since + operations > operationsPerStep()) yield* turn();
  since += operations;
}

/** Lets the event loop turn. */
export function* turn(): Steps<void> {
  since = 0;
  yield;
}
