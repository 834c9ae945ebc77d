/**
 * Optimizers, schedules, objectives, one training step, and the loop that resumes to the same bytes.
 *
 * @packageDocumentation
 */

export { AdamW, type AdamWConfig } from './adamw.ts';
export { resumeTraining, saveTraining, storedParameters } from './checkpoint.ts';
export {
  type FitOptions,
  fit,
  type LogEntry,
  type SavedTraining,
  type TrainingRecipe,
  type TrainingStorage,
} from './fit.ts';
export { lossCurve } from './loss-curve.ts';
export { mask2FormerObjective, maskFormerObjective, maxDeepLabObjective, soloObjective } from './objectives.ts';
export { type PanopticSegFormerTrainable, panopticSegFormerObjective } from './panoptic-segformer-objective.ts';
export { cosineSchedule, polySchedule, type Schedule, stepSchedule, warmup } from './schedules.ts';
export { type Objective, type StepResult, trainStep } from './train-step.ts';
export type { TrainingBatch } from './training-batch.ts';
