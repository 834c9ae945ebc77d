import { expectValue, oneOf } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { MaskDataset } from '@seg/data';
import type { Segmenter, Task } from '@seg/models';
import { expectNames } from '../expect-names.ts';
import { instanceTally } from './instance-tally.ts';
import { panopticTally, semanticTally } from './map-tallies.ts';
import type { Measurement, SeenImage } from './measurement.ts';

/** Options of {@link measure}. */
export type MeasureOptions = {
  task: Task;
  /** Takes every image with what was found in it, to draw it for example. Default: nobody does */
  onImage?(image: SeenImage, index: number): void | Promise<void>;
  /** Takes what is wrong with an image that cannot be read, which is then left out. Default: it is thrown */
  onUnreadable?(message: string): void;
  /** Ends the measurement; its reason is thrown. */
  signal?: AbortSignal;
};

const TALLIES = { instance: instanceTally, panoptic: panopticTally, semantic: semanticTally } as const;

/**
 * Measures a model on every image of a data set by the evaluation of its task: COCO's AP of masks, PQ, or mIoU.
 *
 * @throws RangeError where the data set is empty
 */
export async function measure(
  segmenter: Pick<Segmenter, 'segment'>,
  dataset: MaskDataset,
  options: MeasureOptions,
): Promise<Measurement> {
  expectNames('measure', options, ['task', 'onImage', 'onUnreadable', 'signal']);
  const { task, onImage, onUnreadable, signal } = options;
  expectValue('measure', 'task', task, oneOf(...Object.keys(TALLIES)));
  if (dataset.length === 0) throw new RangeError('measure: expected a data set with samples, got an empty one');
  const tally = TALLIES[task](dataset);
  for (let index = 0; index < dataset.length; index++) {
    const sample = await dataset.read(index).catch((error: unknown) => {
      if (onUnreadable === undefined || !(error instanceof FormatError)) throw error;
      onUnreadable(error.message);
      return null;
    });
    if (sample === null) continue;
    const found = await segmenter.segment(sample.image, { task, signal });
    tally.add({ sample, found }, index);
    await onImage?.({ sample, found }, index);
  }
  const { metrics, confusion } = tally.result();
  const [first] = Object.values(metrics);
  return { task, score: Number.isFinite(first) ? first : 0, metrics, confusion };
}
