/** Loss of one step and its terms by name. */
export type LogEntry = { step: number; loss: number; [term: string]: number };

/** Metrics by name, in the units of their papers, after a number of steps. */
export type ValidationEntry = { step: number; score: number; metrics: Record<string, number> };

/** All that a training has said of itself. Holds no times: equal trainings have equal logs. */
export type TrainingLog = { steps: LogEntry[]; validations: ValidationEntry[] };

/** Best validation so far, the earlier one of equals; null where there is none. */
export function bestValidation({ validations }: Pick<TrainingLog, 'validations'>): ValidationEntry | null {
  return validations.reduce<ValidationEntry | null>(
    (best, entry) => (best === null || entry.score > best.score ? entry : best),
    null,
  );
}
