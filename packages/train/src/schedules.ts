import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';

import { expectNumber } from './optimizers/expect-number.ts';

/** Learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

/** base · (1 − step / total)^power: what the semantic recipes use, with a power of 0.9. */
export function polySchedule(base: number, total: number, power = 0.9): Schedule {
  expectNumbers('polySchedule', { base, power }, total);
  return atSteps((step) => base * Math.max(0, 1 - step / total) ** power);
}

const A_LIST: OptionCheck = ['a list of steps', Array.isArray];

/** base · factor^(number of milestones passed): what the COCO recipes use, with a factor of 0.1. */
export function stepSchedule(base: number, milestones: readonly number[], factor = 0.1): Schedule {
  expectValue('stepSchedule', 'milestones', milestones, A_LIST);
  expectNumbers('stepSchedule', { base, factor, ...Object.fromEntries(milestones.entries()) });
  return atSteps((step) => base * factor ** milestones.filter((milestone) => step >= milestone).length);
}

/** Half a cosine from base to zero. Loshchilov & Hutter 2017, eq. 5 without restarts. */
export function cosineSchedule(base: number, total: number): Schedule {
  expectNumbers('cosineSchedule', { base }, total);
  return atSteps((step) => (base / 2) * (1 + Math.cos((Math.PI * Math.min(step, total)) / total)));
}

/** Grows linearly into another schedule over the first steps. */
export function warmup(schedule: Schedule, steps: number, startFactor = 0): Schedule {
  expectNumbers('warmup', { steps, startFactor });
  return atSteps(
    (step) => schedule(step) * (step >= steps ? 1 : startFactor + ((1 - startFactor) * (step + 1)) / steps),
  );
}

function expectNumbers(where: string, numbers: Record<string, number>, total = 1): void {
  for (const [name, value] of Object.entries(numbers)) expectNumber(`${where}, ${name}`, value, { least: 0 });
  expectNumber(`${where}, total`, total, { least: 0, above: true });
}

function atSteps(schedule: Schedule): Schedule {
  return (step) => {
    expectNumber('schedule, step', step, { least: 0 });
    return schedule(step);
  };
}
