import type { SegmentationModel } from '@seg/models';
import type { FitEvent } from '@seg/train';

/** Bytes of a gigabyte. */
const GIGABYTE = 1e9;

/** A line of a step: loss and its terms, pace, memory, and time left. */
export function stepText(event: Extract<FitEvent<SegmentationModel>, { type: 'step' }>, steps: number): string {
  const { step, loss, terms, learningRate, seconds, secondsLeft, skipped } = event;
  const parts = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const memory = `${(process.memoryUsage.rss() / GIGABYTE).toFixed(1)} GB`;
  const pace = [
    `lr ${learningRate.toExponential(1)}`,
    `${seconds.toFixed(2)} s/step`,
    memory,
    `${duration(secondsLeft)} left`,
  ];
  const note = skipped ? ['skipped: not finite'] : [];
  return [`step ${step + 1}/${steps}`, `loss ${loss.toFixed(2)}`, ...parts, ...pace, ...note].join('  ');
}

/** A line of a validation. */
export function validationText(event: Extract<FitEvent<SegmentationModel>, { type: 'validation' }>): string {
  const { step, metrics, isBest, seconds } = event;
  const parts = Object.entries(metrics).map(
    ([name, value]) => `${name} ${Number.isFinite(value) ? value.toFixed(1) : '–'}`,
  );
  return [`validation at ${step}:`, ...parts, `(${seconds.toFixed(0)} s)`, ...(isBest ? ['best so far'] : [])].join(
    '  ',
  );
}

/** Time as people say it: 40 s, 12 min, 3.5 h. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
