import type { ParamStore } from '@seg/core';

import type { StepResult } from '../train-step.ts';
import type { ValidationEntry } from './training-log.ts';

/** Reason for which a training ended: its recipe is done, `stopAt` is reached, validation got no better, or a signal. */
export type EndReason = 'finished' | 'stopped' | 'no better' | 'aborted';

/** Report of a training on its way. Times are in seconds. */
export type FitEvent<Model> =
  | { type: 'continued'; step: number }
  | { type: 'warning'; message: string }
  | (StepResult & { type: 'step'; step: number; learningRate: number; seconds: number; secondsLeft: number })
  | (ValidationEntry & { type: 'validation'; isBest: boolean; seconds: number })
  | { type: 'checkpoint'; step: number }
  /** Whoever receives it owns the model: `params.dispose()` frees it. */
  | { type: 'end'; step: number; reason: EndReason; model: Model; params: ParamStore };
