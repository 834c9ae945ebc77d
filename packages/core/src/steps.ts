import * as tf from '@tensorflow/tfjs-core';

import { beginPass } from './open-passes.ts';

/**
 * A computation in steps: between two, at each `yield`, its tensors stay and others may compute. Returns its result.
 */
export type Steps<T> = Generator<void, T, void>;

type TensorScope = { id: number };
type EngineScopes = {
  startScope(): void;
  endScope(result?: tf.TensorContainer): void;
  state: { activeScope: TensorScope | null; scopeStack: TensorScope[] };
};

/**
 * A `tf.tidy` of a computation in steps, which may be left between them: everything that the steps make is disposed of at
 * their end but their result, or where they end early. Within it, more of them, or plain tidies between two yields.
 *
 * Uses a member of the engine that is not documented, its stack of scopes: a scope is taken off it while the steps rest.
 */
export function* tidySteps<T>(steps: Steps<T>): Steps<T> {
  const engine = tf.engine() as unknown as EngineScopes;
  let result: T | undefined;
  let left: TensorScope | null = null;
  const endPass = beginPass();
  engine.startScope();
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) {
        result = step.value;
        return result;
      }
      left = leaveScope(engine);
      yield;
      left = enterScope(engine, left);
    }
  } finally {
    if (left !== null) enterScope(engine, left); // ended early, at a yield
    steps.return(undefined as T);
    engine.endScope(result as tf.TensorContainer);
    endPass();
  }
}

/** Runs all steps at once. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Runs steps and waits between them.
 *
 * @param between Called after each step; where it throws or rejects, the steps end, and nothing that they made is left
 */
export async function runStepsInTurns<T>(steps: Steps<T>, between: () => Promise<void> | undefined): Promise<T> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      const waiting = between();
      if (waiting !== undefined) await waiting;
    }
  } finally {
    steps.return(undefined as T);
  }
}

function leaveScope({ state }: EngineScopes): TensorScope {
  const scope = state.scopeStack.pop()!;
  state.activeScope = state.scopeStack.at(-1) ?? null;
  return scope;
}

function enterScope({ state }: EngineScopes, scope: TensorScope): null {
  state.scopeStack.push(scope);
  state.activeScope = scope;
  return null;
}
