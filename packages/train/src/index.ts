/**
 * Training with nothing hidden: optimizer, schedules, one step, checkpoints that resume to the same result.
 *
 * @packageDocumentation
 */

export { AdamW, type AdamWConfig } from './adamw.ts';
export { resumeTraining, saveTraining, storedParameters } from './checkpoint.ts';
export { lossCurve } from './loss-curve.ts';
export { mask2FormerObjective, maskFormerObjective, maxDeepLabObjective, soloObjective } from './objectives.ts';
export { type PanopticSegFormerTrainable, panopticSegFormerObjective } from './panoptic-segformer-objective.ts';
export { cosineSchedule, polySchedule, type Schedule, stepSchedule, warmup } from './schedules.ts';
export { type Objective, type StepResult, type TrainingBatch, trainStep } from './train-step.ts';
