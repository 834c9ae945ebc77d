/** Learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

/** base · (1 − step / total)^power: what the semantic recipes use, with a power of 0.9. */
export function polySchedule(base: number, total: number, power = 0.9): Schedule {
  return (step) => base * Math.max(0, 1 - step / total) ** power;
}

/** base · factor^(number of milestones passed): what the COCO recipes use, with a factor of 0.1. */
export function stepSchedule(base: number, milestones: readonly number[], factor = 0.1): Schedule {
  return (step) => base * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** Half a cosine from base to zero. Loshchilov & Hutter 2017, eq. 5 without restarts. */
export function cosineSchedule(base: number, total: number): Schedule {
  return (step) => (base / 2) * (1 + Math.cos((Math.PI * Math.min(step, total)) / total));
}

/** Grows linearly into another schedule over the first steps. */
export function warmup(schedule: Schedule, steps: number, startFactor = 0): Schedule {
  return (step) => schedule(step) * (step >= steps ? 1 : startFactor + ((1 - startFactor) * (step + 1)) / steps);
}
