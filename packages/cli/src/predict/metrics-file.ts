import { writeFileAtomic } from '@seg/checkpoint/node';

import type { Pace } from './pace.ts';

/** Five seconds between two writes: collectors look every fifteen or more. */
const INTERVAL = 5000;

/** Numbers of a run in Prometheus' text format, in a file that collectors read (node_exporter's `textfile`, for one). */
export class MetricsFile {
  readonly file: string;
  private last = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.file = file;
  }

  /** Writes whole files only, and not more often than is read. @param isLast Writes in any case */
  async write(pace: Pace, isLast = false): Promise<void> {
    if (!isLast && performance.now() - this.last < INTERVAL) return;
    this.last = performance.now();
    await writeFileAtomic(this.file, metricsText(pace, Date.now()));
  }
}

/** @param now Milliseconds since 1970 */
export function metricsText({ total, done, counts, seconds, rate }: Pace, now: number): string {
  const family = (name: string, type: string, help: string, samples: [labels: string, value: number][]) => [
    `# HELP seg_predict_${name} ${help}`,
    `# TYPE seg_predict_${name} ${type}`,
    ...samples.map(([labels, value]) => `seg_predict_${name}${labels} ${value}`),
  ];
  const finished = Object.entries(counts).map(([kind, count]): [string, number] => [`{result="${kind}"}`, count]);
  const steps = Object.entries(seconds).map(([step, sum]): [string, number] => [`{step="${step}"}`, sum]);
  return `${[
    ...family('images', 'gauge', 'Images of this run.', [['', total ?? done]]),
    ...family('images_finished_total', 'counter', 'Images that have come to their end.', finished),
    ...family('seconds_total', 'counter', 'Seconds spent, by step.', steps),
    ...family('images_per_second', 'gauge', 'Images a second since the start.', [['', rate]]),
    ...family('updated_timestamp_seconds', 'gauge', 'Time of these numbers.', [['', now / 1000]]),
  ].join('\n')}\n`;
}
