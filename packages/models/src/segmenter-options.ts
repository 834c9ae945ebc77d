import { expectOptions, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { NetworkRuntime } from './inference/network-runtime.ts';
import { SEGMENTER } from './load-checks.ts';

/** Options of a `Segmenter`. */
export type SegmenterOptions = {
  /** Most calls that wait for their turn; one more is refused at once. Default: 256. */
  maxWaiting?: number;
  /**
   * Passes under way at a time, begun in the order of the calls. More than one serves where the computing is elsewhere, in
   * a graphics processor or another runtime; each has its own memory. Default: 1.
   */
  concurrency?: number;
  /** Runs the network; it is disposed with the segmenter. Default: the backend does. */
  runtime?: NetworkRuntime;
};

/** 256 waiting photographs of 640 × 480 hold 236 MB; more is not patience but a leak. */
const MOST_WAITING = 256;

/** Counts among the options, or their defaults: what can be wrong before there is a model. @throws RangeError where `maxWaiting` is no whole number from 0 on, or `concurrency` none from 1 on */
export function checkedSegmenterOptions(options: SegmenterOptions) {
  expectOptions('Segmenter', options, SEGMENTER);
  const { maxWaiting = MOST_WAITING, concurrency = 1, runtime } = options;
  if (runtime !== undefined) expectValue('Segmenter', 'runtime', runtime, A_RUNTIME);
  expectCount('maxWaiting', maxWaiting, 0);
  expectCount('concurrency', concurrency, 1);
  return { maxWaiting, concurrency };
}

const A_RUNTIME: OptionCheck = [
  'a runtime with forward and dispose',
  (value) =>
    ['forward', 'dispose'].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
];

function expectCount(name: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new RangeError(`Segmenter: expected a whole number from ${least} on as ${name}, got ${count}`);
}
