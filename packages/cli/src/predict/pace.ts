import type { ImageOutcome, Times } from './predict-image.ts';

/** Progress of a run: images done, and their pace. */
export class Pace {
  /** Null where nobody knows: a pipe's frames. */
  readonly total: number | null;
  readonly begun = performance.now();
  readonly counts = { done: 0, kept: 0, failed: 0 };
  /** Sums over all images that were segmented. */
  readonly seconds: Times = { read: 0, model: 0, write: 0 };

  constructor(total: number | null) {
    this.total = total;
  }

  add(outcome: ImageOutcome): void {
    this.counts[outcome.kind]++;
    if (outcome.kind !== 'done') return;
    for (const step of ['read', 'model', 'write'] as const) this.seconds[step] += outcome.seconds[step];
  }

  /** Images that have come to their end. */
  get done(): number {
    const { done, kept, failed } = this.counts;
    return done + kept + failed;
  }

  /** Images a second, those of earlier runs apart; 0 before the first. */
  get rate(): number {
    const { done, failed } = this.counts;
    return (1000 * (done + failed)) / Math.max(1, performance.now() - this.begun);
  }

  /** Line of progress: place, pace, time left, failures. */
  line(what: string): { done: number; total: number | null; what: string } {
    const { done, total, rate, counts } = this;
    const pace = rate === 0 ? [] : [`${rate.toFixed(rate < 10 ? 2 : 0)} images/s`];
    const left = rate === 0 || total === null ? [] : [`${clock((total - done) / rate)} left`];
    const failures = counts.failed === 0 ? [] : [`${counts.failed} failed`];
    return { done, total, what: [what, ...pace, ...left, ...failures].join('  ') };
  }
}

/** 1:02:03, 2:03 */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
