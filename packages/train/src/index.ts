/**
 * Optimizers, schedules, objectives, one training step, and the loop that validates, tells, and resumes to the same
 * bytes.
 *
 * @packageDocumentation
 */

export { resumeTraining, saveTraining, saveWeights, storedParameters } from './checkpoint.ts';
export { ALONE, type Collective, type Summable } from './collective/collective.ts';
export { type FitOptions, fit, type Validation } from './fit/fit.ts';
export type { EndReason, FitEvent } from './fit/fit-event.ts';
export { type FitModelOptions, fitModel, trainedDescription } from './fit/fit-model.ts';
export { lossCurve } from './fit/loss-curve.ts';
export { modelWeights } from './fit/model-weights.ts';
export type { OptimizerChoice, ScheduleChoice, TrainingRecipe } from './fit/recipe.ts';
export type { LogEntry, TrainingLog, ValidationEntry } from './fit/training-log.ts';
export type { SavedTraining, TrainingStorage } from './fit/training-storage.ts';
export { type MeasureOptions, measure } from './measure/measure.ts';
export type { Confusion, Measurement } from './measure/measurement.ts';
export { type AnyObjective, type ObjectiveOptions, objectiveOf } from './objectives/objective-of.ts';
export {
  mask2FormerObjective,
  maskFormerObjective,
  maxDeepLabObjective,
  soloObjective,
} from './objectives/objectives.ts';
export {
  type PanopticSegFormerTrainable,
  panopticSegFormerObjective,
} from './objectives/panoptic-segformer-objective.ts';
export {
  type AidedDecisions,
  type AidedPrediction,
  aidedMask2FormerObjective,
  aidedMaskFormerObjective,
  aidedSoloObjective,
  type SemanticAidOptions,
} from './objectives/semantic-aid.ts';
export { AdamW, type AdamWConfig } from './optimizers/adamw.ts';
export { Lookahead, type LookaheadConfig } from './optimizers/lookahead.ts';
export type { Optimizer, OptimizerOptions } from './optimizers/optimizer.ts';
export { ParameterAverage } from './optimizers/parameter-average.ts';
export { groupsByKey, type ParameterGroup, WITHOUT_DECAY } from './optimizers/parameter-groups.ts';
export { RAdam, type RAdamConfig } from './optimizers/radam.ts';
export { Sgd, type SgdConfig } from './optimizers/sgd.ts';
export { BACKBONE_KEYS } from './recipes/backbone-keys.ts';
export { checkRecipe } from './recipes/check-recipe.ts';
export { type FinetuneOptions, finetuneRecipe } from './recipes/finetune.ts';
export { parseRecipe } from './recipes/parse-recipe.ts';
export { publishedRecipe } from './recipes/published.ts';
export type { Recipe } from './recipes/recipe.ts';
export { SMALL_MODELS, type SmallModelName, smallModel } from './recipes/small-models.ts';
export { withSteps } from './recipes/with-steps.ts';
export { cosineSchedule, polySchedule, type Schedule, stepSchedule, warmup } from './schedules.ts';
export { type Objective, type StepResult, trainStep } from './train-step.ts';
export type { TrainingBatch } from './training-batch.ts';
